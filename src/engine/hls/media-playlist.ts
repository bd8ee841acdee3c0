/** Media playlists (rfc8216bis 4.4.3, 4.4.4, appendix B): plain or low-latency, full or delta. PURE. */
import {
  lastPosition,
  longestPartTicks,
  nextPartPosition,
  type DeliveryTerms,
  type Part,
  type PresentationView,
  type RenditionView,
  type Segment,
} from '../timeline/index.js';
import { attributes, boundText, dateText, durationText, quoted, secondsText } from './attributes.js';
import { skippableSegments } from './delta-update.js';

export interface MediaPlaylistOptions {
  /** `_HLS_skip` as asked for. */
  readonly skip?: 'YES' | 'v2';
}

/**
 * The media playlist of one rendition of `view`. A delta update (`skip`) comes out in full where there is nothing old
 * enough to skip. Once the stream has ended it is plain history: whole segments and EXT-X-ENDLIST, no part, no hint.
 */
export function renderMediaPlaylist(
  rendition: RenditionView,
  view: PresentationView,
  { skip }: MediaPlaylistOptions = {},
): string {
  const { timeline } = rendition;
  const { terms } = view;
  const live = terms.lowLatency && !timeline.ended;
  // Without low latency a segment in progress is nobody's business.
  const segments = terms.lowLatency ? timeline.segments : timeline.segments.filter(({ state }) => state !== 'open');
  const skipped = skip && live ? skippableSegments(timeline, terms) : 0;
  const partsFrom = live ? firstSegmentWithParts(rendition, terms) : Infinity;

  const lines = [
    ...header(rendition, view, segments, skipped),
    ...segments.slice(skipped).flatMap((segment, index) => {
      const before = skipped + index === 0 ? undefined : segments[skipped + index - 1];
      const map = view.format === 'fmp4' && segment.init !== '' && segment.init !== before?.init;
      return segmentLines(segment, {
        map,
        extension: EXTENSION[view.format],
        timescale: timeline.timescale,
        withParts: segment.number >= partsFrom,
      });
    }),
  ];
  if (timeline.ended) lines.push('#EXT-X-ENDLIST');
  if (live) lines.push(...preloadHint(rendition), ...renditionReports(rendition, view));
  return `${lines.join('\n')}\n`;
}

/**
 * Section 8: EXT-X-MAP needs 6, EXT-X-SKIP 9. EXT-X-GAP came with 8; a gap may come at any time, and no line may change
 * then. Old devices that want transport streams go by 3, for decimal durations, and take a gap for a missing file.
 */
const VERSION: Readonly<Record<PresentationView['format'], number>> = { fmp4: 8, mpegts: 3 };
const EXTENSION: Readonly<Record<PresentationView['format'], string>> = { fmp4: 'm4s', mpegts: 'ts' };

function header(
  rendition: RenditionView,
  { terms, format }: PresentationView,
  segments: readonly Segment[],
  skipped: number,
): string[] {
  const { timeline, track } = rendition;
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${skipped > 0 ? 9 : VERSION[format]}`,
    `#EXT-X-TARGETDURATION:${terms.targetDuration}`,
    `#EXT-X-SERVER-CONTROL:${serverControl(terms)}`,
  ];
  if (terms.lowLatency)
    lines.push(`#EXT-X-PART-INF:PART-TARGET=${boundText(longestPartTicks(track), timeline.timescale)}`);
  lines.push(
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.number ?? 0}`,
    // 8.17 (Apple): always there, for a discontinuity may come.
    `#EXT-X-DISCONTINUITY-SEQUENCE:${timeline.discontinuitySequence}`,
  );
  if (skipped > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
  return lines;
}

/** Identical in every playlist of a presentation (4.4.3.8, M8). */
function serverControl(terms: DeliveryTerms): string {
  if (!terms.lowLatency) return attributes({ 'HOLD-BACK': secondsText(terms.holdBack) });
  return attributes({
    'CAN-BLOCK-RELOAD': 'YES',
    'CAN-SKIP-UNTIL': secondsText(terms.canSkipUntil),
    'HOLD-BACK': secondsText(terms.holdBack),
    'PART-HOLD-BACK': secondsText(terms.partHoldBack),
  });
}

/**
 * 6.2.2: parts more than three target durations from the end are of no use; such parents are told without theirs. The
 * hinted part counts, so that nothing listed grows too old before the next playlist.
 */
function firstSegmentWithParts({ timeline, track }: RenditionView, terms: DeliveryTerms): number {
  let distance = longestPartTicks(track) / timeline.timescale;
  for (const segment of [...timeline.segments].reverse()) {
    distance += segment.durationTicks / timeline.timescale;
    if (distance > 3 * terms.targetDuration) return segment.number + 1;
  }
  return timeline.segments[0]?.number ?? 0;
}

interface SegmentTerms {
  /** Its init segment is told here. */
  readonly map: boolean;
  readonly extension: string;
  readonly timescale: number;
  readonly withParts: boolean;
}

function segmentLines(segment: Segment, { map, extension, timescale, withParts }: SegmentTerms): string[] {
  const lines: string[] = [];
  if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
  if (map) lines.push(`#EXT-X-MAP:URI=${quoted(segment.init)}`);
  // 4.4.4: what belongs to a parent comes before its first part.
  lines.push(`#EXT-X-PROGRAM-DATE-TIME:${dateText(segment.startTicks, timescale)}`);
  lines.push(...gapAndParts(segment, withParts, timescale));
  if (segment.state === 'open') return lines;
  return [...lines, `#EXTINF:${durationText(segment.durationTicks, timescale)},`, `${segment.number}.${extension}`];
}

/**
 * 6.2.1: the first missing part makes its parent a gap, said right behind that part, and of the parts after it none is
 * of use. Said at once and never taken back: lines are only ever added behind what players have read.
 */
function gapAndParts({ number, state, parts }: Segment, withParts: boolean, timescale: number): string[] {
  const firstGap = parts.findIndex(({ gap }) => gap);
  if (!withParts) return state === 'gap' || firstGap >= 0 ? ['#EXT-X-GAP'] : [];
  const lines = parts.flatMap((part, index) => {
    const line = partLine(number, part, timescale, firstGap >= 0 && index >= firstGap);
    return index === firstGap ? [line, '#EXT-X-GAP'] : [line];
  });
  return state === 'gap' && firstGap < 0 ? [...lines, '#EXT-X-GAP'] : lines;
}

function partLine(segment: number, part: Part, timescale: number, gap: boolean): string {
  return `#EXT-X-PART:${attributes({
    DURATION: durationText(part.durationTicks, timescale),
    URI: quoted(`${segment}.${part.index}.m4s`),
    INDEPENDENT: part.independent && !gap ? 'YES' : undefined,
    GAP: gap ? 'YES' : undefined,
  })}`;
}

function preloadHint({ timeline, track }: RenditionView): string[] {
  const next = nextPartPosition(timeline, track.grid.partsPerSegment);
  return next ? [`#EXT-X-PRELOAD-HINT:TYPE=PART,URI=${quoted(`${next.segment}.${next.part}.m4s`)}`] : [];
}

/** 4.4.5.4: the last position of every other rendition, so that a switch needs no extra round trip. */
function renditionReports(rendition: RenditionView, view: PresentationView): string[] {
  return view.renditions
    .filter(({ name }) => name !== rendition.name)
    .flatMap(({ name, timeline }) => {
      const last = lastPosition(timeline);
      if (!last) return [];
      const list = attributes({
        URI: quoted(`../${name}/playlist.m3u8`),
        'LAST-MSN': last.segment,
        'LAST-PART': last.part,
      });
      return [`#EXT-X-RENDITION-REPORT:${list}`];
    });
}
