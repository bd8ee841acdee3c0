/** What the start form says, as the body of POST /streams. PURE. */
import { labelsOf } from '../parts/labels';

export interface StartForm {
  readonly id: string;
  readonly title: string;
  /** The preferred one first; empty lines are fields nobody filled in. */
  readonly sources: readonly string[];
  /** `audio` alone: sound only. */
  readonly qualities: readonly string[];
  readonly lowLatency: boolean;
  readonly hls: boolean;
  readonly dash: boolean;
  readonly transportStreams: boolean;
  readonly slateText: string;
  /** null: never. `default`: as the server is set. */
  readonly staleAfter: number | null | 'default';
  /** One `key: value` a line. */
  readonly labels: string;
}

export const STREAM_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export function startBody(form: StartForm): Record<string, unknown> {
  const sources = form.sources.map((source) => source.trim()).filter((source) => source !== '');
  const labels = labelsOf(form.labels);
  return {
    stream_id: form.id.trim(),
    ...(sources.length > 1 ? { source_urls: sources } : { source_url: sources[0] ?? '' }),
    ...(form.qualities.length > 0 && { qualities: form.qualities }),
    ...(form.title.trim() !== '' && { title: form.title.trim() }),
    ...(!form.lowLatency && { low_latency: false }),
    ...(!form.hls && { enable_hls: false }),
    ...(!form.dash && { enable_dash: false }),
    ...(form.transportStreams && { segment_format: 'mpegts' }),
    ...(form.slateText.trim() !== '' && { slate_text: form.slateText.trim() }),
    ...(form.staleAfter !== 'default' && { stale_after: form.staleAfter }),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

/** A name that is free to take, made of a title: `Camera 1, left` is `camera-1-left`. */
export function idFrom(title: string): string {
  const plain = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
}
