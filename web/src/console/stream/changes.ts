/** What of a stream was edited, as the body of PATCH /streams/{id}. PURE. */
import type { StreamInfo } from '../api/types';
import { labelsOf } from '../parts/labels';

export interface Edited {
  readonly title: string;
  /** Empty: as it is. */
  readonly slateText: string;
  /** One `name: value` a line. */
  readonly labels: string;
  /** None filled in: as they are. */
  readonly sources: readonly string[];
}

/** Only what differs; null takes a title or the labels away. */
export function changesOf(known: Pick<StreamInfo, 'title' | 'labels'>, edited: Edited): Record<string, unknown> {
  const title = edited.title.trim();
  const labels = labelsOf(edited.labels);
  const sources = edited.sources.map((source) => source.trim()).filter((source) => source !== '');
  const hasOtherLabels = JSON.stringify(labels) !== JSON.stringify(known.labels ?? {});
  return {
    ...(title !== (known.title ?? '') && { title: title === '' ? null : title }),
    ...(edited.slateText.trim() !== '' && { slate_text: edited.slateText.trim() }),
    ...(hasOtherLabels && { labels: Object.keys(labels).length === 0 ? null : labels }),
    ...(sources.length > 0 && { source_urls: sources }),
  };
}
