/** The rules of time, whatever the container: objects run on, last what was said, and begin when it was said. PURE. */
import type { Rule } from '../rule.js';
import type { Elapsed } from './continuity.js';
import type { MediaExpectation } from './expectation.js';
import { leadingSpan, secondsOf, ticksBetween, type TrackSpan } from './track-span.js';

export interface TimedObject {
  readonly expected: MediaExpectation;
  readonly spans: readonly TrackSpan[];
  /** What it may continue, any of them will do; none where nothing is known of what comes before. */
  readonly before: readonly (readonly TrackSpan[])[];
  /** Of a segment: its part 0, where that was seen. */
  readonly firstPart: readonly TrackSpan[];
  /** Told and true durations since the last break. */
  readonly elapsed: Elapsed | undefined;
  readonly isCmaf: boolean;
}

/** Durations are told in whole milliseconds or better. */
const ROUNDING_SECONDS = 0.001;

interface Jump {
  readonly span: TrackSpan;
  readonly ticks: number;
}

/** How far each track begins from where it ended before; the nearest of the candidates counts. */
function jumps({ spans, before }: TimedObject): Jump[] {
  return spans.flatMap((span) => {
    const distances = before
      .flatMap((candidate) => candidate.filter(({ name }) => name === span.name))
      .map((last) => ticksBetween(span, last.endTicks, span.startTicks));
    const [nearest] = distances.sort((a, b) => Math.abs(a) - Math.abs(b));
    return nearest === undefined ? [] : [{ span, ticks: nearest }];
  });
}

const told = ({ expected }: TimedObject, { span, ticks }: Jump): string =>
  `${label(expected)}: ${span.name} begins at ${span.startTicks}, ${Math.abs(ticks)} ticks ` +
  `(${(Math.abs(secondsOf(ticks, span)) * 1000).toFixed(3)} ms) ${ticks > 0 ? 'after' : 'before'} the end of what came before`;

/** Off by a frame or more, or at all where samples carry exact times. */
const isBreak = ({ span, ticks }: Jump): boolean => Math.abs(ticks) > Math.max(span.frameTicks, span.jitterTicks);
const isUneven = ({ span, ticks }: Jump): boolean => Math.abs(ticks) > span.jitterTicks;

export const TIMING_RULES: readonly Rule<TimedObject>[] = [
  {
    id: 'media.continuous',
    clause: 'Apple 7.3',
    severity: 'error',
    text: 'Each object begins where the one before it ended; where it does not, a discontinuity says so.',
    check: (timed) =>
      jumps(timed)
        .filter((jump) => isBreak(jump) || (timed.isCmaf && isUneven(jump)))
        .map((jump) => told(timed, jump)),
  },
  {
    id: 'media.continuous-exactly',
    clause: 'Apple 7.3',
    severity: 'warning',
    text: 'Decode times run on without a fraction of a frame between.',
    check: (timed) =>
      timed.isCmaf
        ? []
        : jumps(timed)
            .filter((jump) => isUneven(jump) && !isBreak(jump))
            .map((jump) => told(timed, jump)),
  },
  {
    id: 'media.duration-told',
    clause: 'Apple 8.1',
    severity: 'error',
    text: 'The duration that is told is the duration of the media, within a frame.',
    check: ({ expected, spans }) => {
      const lead = leadingSpan(spans);
      if (!lead || expected.durationSeconds === undefined) return [];
      const real = secondsOf(lead.durationTicks, lead);
      const allowed = secondsOf(lead.toldFrames * lead.frameTicks, lead) + ROUNDING_SECONDS;
      return Math.abs(expected.durationSeconds - real) > allowed
        ? [`${label(expected)}: ${seconds(expected.durationSeconds)} told, ${seconds(real)} there`]
        : [];
    },
  },
  {
    id: 'media.durations-add-up',
    clause: 'Apple 8.1',
    severity: 'warning',
    text: 'Over many segments, what is told does not drift from what is there.',
    check: ({ expected, spans, elapsed }) => {
      const lead = leadingSpan(spans);
      if (!lead || !elapsed) return [];
      const drift = elapsed.told - elapsed.real;
      const allowed = secondsOf((1 + lead.toldFrames) * lead.frameTicks, lead) + ROUNDING_SECONDS;
      return Math.abs(drift) > allowed
        ? [`${label(expected)}: ${seconds(elapsed.told)} told so far, ${seconds(elapsed.real)} there`]
        : [];
    },
  },
  {
    id: 'media.part-no-longer-than-told',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'error',
    text: 'A part is no longer than its DURATION.',
    check: ({ expected, spans }) => {
      const lead = leadingSpan(spans);
      if (!lead || expected.kind !== 'part' || expected.durationSeconds === undefined) return [];
      const real = secondsOf(lead.durationTicks, lead);
      return real > expected.durationSeconds + ROUNDING_SECONDS
        ? [`${label(expected)}: ${seconds(expected.durationSeconds)} told, ${seconds(real)} there`]
        : [];
    },
  },
  {
    id: 'media.part-is-of-its-segment',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'error',
    text: 'A segment and its first part begin at the same time.',
    check: ({ expected, spans, firstPart }) =>
      spans.flatMap((span) => {
        const part = firstPart.find(({ name }) => name === span.name);
        return part && part.startTicks !== span.startTicks
          ? [`${label(expected)}: ${span.name} begins at ${span.startTicks}, its part 0 at ${part.startTicks}`]
          : [];
      }),
  },
  {
    id: 'media.starts-as-announced',
    clause: 'ISO/IEC 23009-1 5.3.9.6',
    severity: 'error',
    text: 'Media begin at the time that is announced for them.',
    check: ({ expected, spans }) => {
      const lead = leadingSpan(spans);
      if (!lead || expected.startSeconds === undefined) return [];
      const off = [lead.startTicks, lead.earliestTicks].map((ticks) =>
        Math.abs(secondsOf(ticks, lead) - expected.startSeconds!),
      );
      return Math.min(...off) > ROUNDING_SECONDS
        ? [
            `${label(expected)}: ${seconds(expected.startSeconds)} announced, begins at ${seconds(secondsOf(lead.startTicks, lead))}`,
          ]
        : [];
    },
  },
  {
    id: 'media.independent-is-true',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'error',
    text: 'A part that is told to be INDEPENDENT has a key frame to start from.',
    check: ({ expected, spans }) => {
      const lead = leadingSpan(spans);
      return expected.independent === true && lead?.kind === 'video' && !lead.hasKey
        ? [`${label(expected)}: no key frame in it`]
        : [];
    },
  },
  {
    id: 'media.independent-begins-with-key',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'warning',
    text: 'A part that is told to be INDEPENDENT begins with its key frame: players have holes in their buffers otherwise.',
    check: ({ expected, spans }) => {
      const lead = leadingSpan(spans);
      return expected.independent === true && lead?.kind === 'video' && lead.hasKey && !lead.startsWithKey
        ? [`${label(expected)}: its key frame is not the first`]
        : [];
    },
  },
  {
    id: 'media.segment-begins-with-key',
    clause: 'Apple 7.4',
    severity: 'error',
    text: 'A segment of video begins with an IDR frame.',
    check: ({ expected, spans }) => {
      const lead = leadingSpan(spans);
      return expected.kind === 'segment' && lead?.kind === 'video' && !lead.startsWithKey
        ? [`${label(expected)}: it begins with another frame`]
        : [];
    },
  },
];

function label({ kind, sequence, part }: MediaExpectation): string {
  const segment = sequence === undefined ? 'segment' : `segment ${sequence}`;
  return kind === 'part' && part !== undefined ? `part ${part} of ${segment}` : segment;
}

const seconds = (value: number): string => `${Number(value.toFixed(5))} s`;
