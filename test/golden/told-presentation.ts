/** A presentation as a golden case tells it, and what the printers make of it. */
import { renderMpd } from '../../src/engine/dash/index.js';
import { parseDirectives, renderMediaPlaylist, renderMultivariantPlaylist } from '../../src/engine/hls/index.js';
import {
  addPart,
  endTimeline,
  type PresentationView,
  type RenditionView,
  type Timeline,
} from '../../src/engine/timeline/index.js';
import { aPart, aPresentation, finishSegment } from '../../src/engine/timeline/testing.js';
import type { GoldenInput } from './golden-case.js';

/** Some instant: who keeps the texts knows when they change. */
const PUBLISHED_AT_MS = Date.UTC(2026, 9, 12, 20, 26, 40);

export function tell({ presentation, then = [] }: GoldenInput): PresentationView {
  return then.reduce(happen, aPresentation(presentation));
}

/** The text at a URL relative to the presentation, query included. */
export function printAt(url: string, view: PresentationView): string {
  const [path = '', query = ''] = url.split('?');
  if (path === 'manifest.mpd') return renderMpd(view, { timeUrl: '/time', publishedAtMs: PUBLISHED_AT_MS });
  if (path === 'manifest-timeline.mpd')
    return renderMpd(view, { timeUrl: '/time', publishedAtMs: PUBLISHED_AT_MS, addressing: 'timeline' });
  if (path === 'playlist.m3u8') return renderMultivariantPlaylist(view);
  const rendition = view.renditions.find(({ name }) => path === `${name}/playlist.m3u8`);
  if (!rendition) throw new RangeError(`nothing is printed at ${url}`);
  const { skip } = parseDirectives(Object.fromEntries(new URLSearchParams(query)));
  return renderMediaPlaylist(rendition, view, skip ? { skip } : {});
}

/** `720p part 1003.2`, `720p part 1003.2 lost`, `720p segment 1003`, `720p segment 1003 lost`, `720p ended`. */
function happen(view: PresentationView, event: string): PresentationView {
  const { name, what, segment, part, lost } = EVENT.exec(event)?.groups ?? {};
  if (!view.renditions.some((rendition) => rendition.name === name)) throw new RangeError(`no such event: ${event}`);
  const grown = ({ timeline, track }: RenditionView): Timeline => {
    const options = { gap: lost !== undefined };
    if (what === 'part') return addPart(timeline, aPart(track, Number(segment), Number(part), options));
    if (what === 'segment') return finishSegment(timeline, track, Number(segment), options);
    return endTimeline(timeline);
  };
  const renditions = view.renditions.map((rendition) =>
    rendition.name === name ? { ...rendition, timeline: grown(rendition) } : rendition,
  );
  return { ...view, renditions };
}

const EVENT = /^(?<name>\w+) (?:(?<what>part|segment) (?<segment>\d+)(?:\.(?<part>\d+))?(?<lost> lost)?|ended)$/;
