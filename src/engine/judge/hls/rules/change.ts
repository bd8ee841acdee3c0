/** What must stay as it was from one version of a media playlist to the next (rfc8216bis 6.2.1; P1, P5, P11, L1, L7). PURE. */
import type { Rule } from '../../rule.js';
import { completeSegments, tagText, type MediaPlaylist, type Segment } from '../playlist.js';

/** Two versions of one playlist, the later one whole (a delta update merged). */
export interface Change {
  readonly before: MediaPlaylist;
  readonly after: MediaPlaylist;
  /** Seconds that passed at least between the last two times a segment was added; undefined: none was added now. */
  readonly secondsBetweenSegments?: number;
  /** The same of parts. */
  readonly secondsBetweenParts?: number;
}

/** Printed durations and dates are the same text from version to version; this much is forgiven to a printer. */
const SAME_SECONDS = 0.0015;

export const CHANGE_RULES: readonly Rule<Change>[] = [
  {
    id: 'hls.target-duration-constant',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'The target duration never changes.',
    check: ({ before, after }) => changed('target duration', before.targetDuration, after.targetDuration),
  },
  {
    id: 'hls.part-target-constant',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'The part target never changes.',
    check: ({ before, after }) => (after.ended ? [] : changed('part target', before.partTarget, after.partTarget)),
  },
  {
    id: 'hls.server-control-constant',
    clause: 'rfc8216bis 6.2.1',
    severity: 'warning',
    text: 'EXT-X-SERVER-CONTROL never changes.',
    check: ({ before, after }) =>
      after.ended ? [] : changed('server control', before.serverControl?.text, after.serverControl?.text),
  },
  {
    id: 'hls.segment-keeps-uri',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'A segment keeps its Media Sequence Number, and with it its URI and byte range.',
    check: (change) =>
      twins(change)
        .filter(([then, now]) => then.uri !== now.uri || differ(then.byteRange?.offset, now.byteRange?.offset))
        .slice(0, 1)
        .map(([then, now]) => `segment ${now.msn} was ${then.uri}, now it is ${now.uri} (line ${now.line})`),
  },
  {
    id: 'hls.segment-keeps-duration',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'A segment keeps its duration.',
    check: (change) =>
      twins(change)
        .filter(([then, now]) => Math.abs((then.duration ?? 0) - (now.duration ?? 0)) > SAME_SECONDS)
        .map(([then, now]) => `segment ${now.msn} lasted ${then.duration} s, now ${now.duration} s (line ${now.line})`),
  },
  {
    id: 'hls.segment-keeps-date',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'A segment keeps its date.',
    check: (change) =>
      twins(change)
        .filter(([then, now]) => then.date && now.date && Math.abs(then.date.ms - now.date.ms) > SAME_SECONDS * 1000)
        .slice(0, 1)
        .map(([then, now]) => `segment ${now.msn}: ${tagText(now.date!)}, before ${then.date!.text}`),
  },
  {
    id: 'hls.segment-keeps-map',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'A segment keeps its EXT-X-MAP, its EXT-X-KEY and whether it is a gap.',
    check: (change) =>
      twins(change)
        .flatMap(([then, now]) => [
          ...changed(`segment ${now.msn}: map`, then.map?.uri, now.map?.uri),
          ...changed(`segment ${now.msn}: key`, then.key?.text, now.key?.text),
          ...changed(`segment ${now.msn}: gap`, then.gap, now.gap),
        ])
        .slice(0, 1),
  },
  {
    id: 'hls.discontinuity-sequence-counts',
    clause: 'rfc8216bis 6.2.2',
    severity: 'error',
    text: 'A segment keeps its Discontinuity Sequence Number: tags that leave are counted in EXT-X-DISCONTINUITY-SEQUENCE.',
    check: (change) =>
      twins(change)
        .filter(([then, now]) => then.discontinuitySequence !== now.discontinuitySequence)
        .slice(0, 1)
        .map(
          ([then, now]) =>
            `segment ${now.msn} (line ${now.line}) had number ${then.discontinuitySequence}, now ${now.discontinuitySequence}`,
        ),
  },
  {
    id: 'hls.edge-never-retreats',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'What was listed at the live edge stays listed.',
    check: ({ before, after }) => {
      const [then, now] = [before.segments.at(-1), after.segments.at(-1)];
      if (!then || after.mediaSequence < before.mediaSequence) return [];
      if (!now || now.msn < then.msn) return [`the last segment was ${then.msn}, now it is ${now?.msn ?? 'none'}`];
      const lost = now.msn === then.msn && !now.complete && now.parts.length < then.parts.length;
      return lost ? [`segment ${now.msn} had ${then.parts.length} parts, now ${now.parts.length}`] : [];
    },
  },
  {
    id: 'hls.part-keeps',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'A part once listed does not change.',
    check: ({ before, after }) =>
      before.segments.flatMap((then) => {
        const now = after.segments.find(({ msn }) => msn === then.msn);
        return now ? changedParts(then, now) : [];
      }),
  },
  {
    id: 'hls.hint-kept',
    clause: 'rfc8216bis 4.4.5.3',
    severity: 'warning',
    text: 'The part that comes next has the URI that was hinted at.',
    check: ({ before, after }) => {
      const hint = before.hints.find(({ type }) => type === 'PART');
      const next = nextPart(before, after);
      if (!hint || !next || next.part.gap) return [];
      const sameStart = (next.part.byteRange?.offset ?? 0) === (hint.byteRangeStart ?? 0);
      return next.part.uri === hint.uri && sameStart ? [] : [`hinted at ${hint.text}; then came ${tagText(next.part)}`];
    },
  },
];

const show = (value: string | number | boolean | undefined): string => (value === undefined ? 'none' : String(value));

const differ = (one: number | undefined, other: number | undefined): boolean =>
  one !== undefined && other !== undefined && one !== other;

function changed<T extends string | number | boolean | undefined>(what: string, before: T, after: T): string[] {
  return before === after ? [] : [`${what} was ${show(before)}, now it is ${show(after)}`];
}

/** Complete segments that both versions list. */
function twins({ before, after }: Change): (readonly [Segment, Segment])[] {
  const now = new Map(completeSegments(after).map((segment) => [segment.msn, segment]));
  return completeSegments(before).flatMap((segment) => {
    const twin = now.get(segment.msn);
    return twin ? [[segment, twin] as const] : [];
  });
}

/** Parts may leave from the head: the two lists are laid side by side at the first one that is still there. */
function changedParts(then: Segment, now: Segment): string[] {
  const first = now.parts[0];
  if (!first || then.parts.length === 0) return [];
  const offset = then.parts.findIndex(
    ({ uri, byteRange }) => uri === first.uri && byteRange?.offset === first.byteRange?.offset,
  );
  if (offset < 0) return [`segment ${now.msn}: ${tagText(first)} was not listed before, ${then.parts[0]!.text} was`];
  return then.parts.slice(offset).flatMap((part, index) => {
    const twin = now.parts[index];
    if (!twin || part.text === twin.text) return [];
    const same = part.uri === twin.uri && part.independent === twin.independent && part.gap === twin.gap;
    const sameBytes = !differ(part.byteRange?.length, twin.byteRange?.length);
    const sameTime = Math.abs(part.duration - twin.duration) <= SAME_SECONDS;
    return same && sameBytes && sameTime ? [] : [`segment ${now.msn}: ${tagText(twin)}, before ${part.text}`];
  });
}

/** The part right after the last one that `before` lists, if `after` lists it. */
function nextPart(before: MediaPlaylist, after: MediaPlaylist) {
  const last = before.segments.at(-1);
  if (!last) return undefined;
  const listed = last.complete
    ? undefined
    : after.segments.find(({ msn }) => msn === last.msn)?.parts[last.parts.length];
  const part = listed ?? after.segments.find(({ msn }) => msn === last.msn + 1)?.parts[0];
  return part && { part };
}
