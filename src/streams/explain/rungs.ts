/** Each rung of a stream: its encoder's speed, queue and restarts, its parts, and what that amounts to. PURE. */
import type { RungVitals } from '../../engine/pipeline/index.js';
import type { Circumstances, RungCircumstances } from './circumstances.js';
import { buckets, delayQuantile } from './delays.js';
import type { ExplainedRungDto } from './explain.dto.js';
import { finding, type Finding } from './finding.js';
import { rungCause } from './problem-words.js';
import type { RecentRung } from './recent.js';
import { count, duration, list, milliseconds, sentence, times } from './words.js';

/** Replaced this often in the last minute, an encoder does not get over it by itself. */
const AGAIN_AND_AGAIN = 3;
/** A queue this long is no jitter: a third of what makes a rung shed the rest of its segment. */
const LONG_QUEUE_UNITS = 15;
/** AAC frames are 1024 samples at 48 kHz. */
const AUDIO_UNIT_MS = (1024 * 1000) / 48_000;
/** Units an encoder keeps back: the muxer writes a fragment when the next one comes, and AAC looks two frames ahead. */
const HELD_UNITS = { video: 1, audio: 3 } as const;
/** A stream begins with padding that has to be worked off: before this its queues and delays say nothing. */
const SETTLED_AFTER_SECONDS = 10;
/** Parts this much later than they should be are late. */
const LATE_MS = 500;

export type RungState = 'fine' | 'down' | 'restarting' | 'slow' | 'late' | 'replaced';

/** A rung as it fares, from all that is known of it. */
export interface RungReport {
  readonly rung: RungCircumstances;
  readonly vitals: RungVitals | undefined;
  readonly recent: RecentRung | undefined;
  readonly state: RungState;
  /** Times faster than real time; undefined while its encoder is silent. */
  readonly speed: number | undefined;
  readonly delayMs: { readonly median: number | undefined; readonly p95: number | undefined };
}

export function rungReports(circumstances: Circumstances): RungReport[] {
  return circumstances.rungs.map((rung) => {
    const vitals = circumstances.vitals?.rungs.find(({ name }) => name === rung.name);
    const recent = circumstances.recent.rungs.find(({ name }) => name === rung.name);
    const speed = vitals && speedOf(vitals, rung, circumstances);
    const delays = recent?.publishDelays ?? [];
    const delayMs = { median: delayQuantile(delays, 0.5), p95: delayQuantile(delays, 0.95) };
    return {
      rung,
      vitals,
      recent,
      speed,
      delayMs,
      state: stateOf({ rung, vitals, recent, speed, delayMs }, circumstances),
    };
  });
}

export function explainRungs(circumstances: Circumstances): ExplainedRungDto[] {
  return rungReports(circumstances).map((report) => {
    const { rung, vitals, recent, speed, delayMs } = report;
    return {
      ...{ name: rung.name, state: rung.state, restarts: rung.restarts, restarts_recently: recent?.restarts ?? 0 },
      speed: speed === undefined ? null : Math.round(speed * 10) / 10,
      encode_ms: vitals?.encodeMs === undefined ? null : Math.round(vitals.encodeMs * 10) / 10,
      queued_units: vitals?.queuedUnits ?? 0,
      ...{ parts: vitals?.parts ?? 0, gaps: vitals?.gaps ?? 0 },
      ...{ parts_recently: recent?.parts ?? 0, gaps_recently: recent?.gaps ?? 0 },
      publish_delays: buckets(recent?.publishDelays ?? []),
      publish_delay_median_ms: delayMs.median === undefined ? null : Math.round(delayMs.median),
      publish_delay_p95_ms: delayMs.p95 === undefined ? null : Math.round(delayMs.p95),
      verdict: sentence(verdict(report)),
    };
  });
}

/** What is wrong with rungs one by one; `allSlow` rungs have one finding of their own, the machine's. */
export function rungFindings(circumstances: Circumstances, allSlow: boolean): Finding[] {
  const reports = rungReports(circumstances);
  const siblings = reports.filter(({ state }) => state === 'fine' || state === 'replaced').map(({ rung }) => rung.name);
  const others = siblings.length > 0 ? `; ${list(siblings)} ${siblings.length > 1 ? 'go' : 'goes'} on undisturbed` : '';
  const overMs = circumstances.recent.seconds * 1000;
  return reports.flatMap((report) => {
    const { rung, recent } = report;
    const cause = recent?.problem && rungCause(recent.problem.problem);
    const because = cause ? `: ${cause.words}` : '';
    switch (report.state) {
      case 'fine':
        return [];
      case 'down':
        return [
          finding(
            `The encoder of ${rung.name} is gone${because}; it is being started again, and its viewers have a gap until the segment after${others}.`,
            ...(rung.restarts >= AGAIN_AND_AGAIN ? [cause?.remedy] : []),
          ),
        ];
      case 'restarting':
        return [
          finding(
            `The encoder of ${rung.name} was replaced ${times(recent!.restarts)} in the last ${duration(overMs)}${because}, so its viewers see gaps${others}.`,
            cause?.remedy,
          ),
        ];
      case 'slow':
        return allSlow ? [] : [slowFinding(report, others)];
      case 'late':
        return [
          finding(
            `Parts of ${rung.name} come out late (one in twenty more than ${milliseconds(report.delayMs.p95!)} after their last picture), so low-latency players may stall${others}.`,
            'Look at the load of the processor (top) and of the disk (iostat -x 1): parts are told of only once they are written.',
          ),
        ];
      case 'replaced':
        return [
          finding(
            `The encoder of ${rung.name} was replaced ${times(recent!.restarts)} in the last ${duration(overMs)} and runs again${because}; its viewers had ${count(recent!.gaps, 'part')} missing.`,
            ...(cause?.words.startsWith('it was killed') ? [cause.remedy] : []),
          ),
        ];
    }
  });
}

/**
 * How many times faster than real time an encoder works. The time from a unit to its fragment is that of the units before
 * it in the queue and its own; an encoder whose queue is empty keeps up, however long a unit is under way in it.
 */
export function speedOf(
  { encodeMs, queuedUnits }: Pick<RungVitals, 'encodeMs' | 'queuedUnits'>,
  { kind }: Pick<RungCircumstances, 'kind'>,
  { plan }: Pick<Circumstances, 'plan'>,
): number | undefined {
  const unitMs = kind === 'audio' ? AUDIO_UNIT_MS : plan?.frameMs;
  if (encodeMs === undefined || unitMs === undefined) return undefined;
  const workingMs = Math.max(encodeMs - HELD_UNITS[kind] * unitMs, encodeMs / 10, 0.1);
  const estimate = (unitMs * (1 + queuedUnits)) / workingMs;
  return queuedUnits <= 1 ? Math.max(1, estimate) : estimate;
}

function stateOf(report: Omit<RungReport, 'state'>, circumstances: Circumstances): RungState {
  const { rung, vitals, recent, delayMs } = report;
  const { recent: all, plan } = circumstances;
  const restarts = recent?.restarts ?? 0;
  // Once may be a stopped process or a hiccup of the machine.
  const tooSlow = restarts > 1 && recent?.problem?.problem.code === 'encoder-too-slow';
  const settled = all.playedSeconds >= SETTLED_AFTER_SECONDS;
  if (tooSlow || (settled && (vitals?.queuedUnits ?? 0) >= LONG_QUEUE_UNITS)) return 'slow';
  if (restarts >= AGAIN_AND_AGAIN) return 'restarting';
  if (rung.state === 'down') return 'down';
  if (restarts > 0) return 'replaced';
  const lateAt = circumstances.allowanceMs + LATE_MS + (plan?.frameMs ?? 0);
  // What was published while a source was away, or in the first seconds, was late for another reason.
  const isCalm = settled && all.losses.every((losses) => losses === 0) && circumstances.state === 'live';
  return isCalm && delayMs.median !== undefined && delayMs.median > lateAt ? 'late' : 'fine';
}

function slowFinding({ rung, vitals, recent, speed }: RungReport, others: string): Finding {
  const gaps = recent && recent.gaps > 0 ? `, and ${count(recent.gaps, 'part')} of it became gaps` : '';
  const how = speed !== undefined && speed < 1 ? ` (${speed.toFixed(1)} times real time)` : '';
  const queue =
    vitals && vitals.queuedUnits > 0 ? `: ${count(vitals.queuedUnits, 'picture')} wait for its encoder` : '';
  return finding(
    `${rung.name} cannot be encoded as fast as pictures come${how}${queue}${gaps}${others}.`,
    'Set ENCODER_PRESET to a faster one (superfast, ultrafast), start the stream without that quality, or end another stream.',
  );
}

function verdict({ rung, vitals, recent, state, speed, delayMs }: RungReport): string {
  const cause = recent?.problem && rungCause(recent.problem.problem).words;
  const because = cause ? `: ${cause}` : '';
  const speedWords = speed === undefined ? '' : `, ${speed.toFixed(1)} times as fast as real time`;
  switch (state) {
    case 'down':
      return `its encoder is being started again${because}`;
    case 'restarting':
      return `its encoder was replaced ${times(recent!.restarts)} in the last minute${because}`;
    case 'replaced':
      return `it encodes again${speedWords}, after its encoder was replaced${because}`;
    case 'slow':
      return `it cannot keep up: ${count(vitals?.queuedUnits ?? 0, 'unit')} in its queue${speedWords}`;
    case 'late':
      return `it keeps up, but its parts come out late`;
    case 'fine': {
      if (rung.kind === 'video' && vitals && vitals.encodeMs === undefined && vitals.parts === 0)
        return 'it waits for its first picture';
      const out =
        delayMs.median === undefined
          ? ''
          : `; half of its parts are out ${milliseconds(delayMs.median)} after their end`;
      return `it keeps up${speedWords}${out}`;
    }
  }
}
