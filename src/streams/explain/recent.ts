/** What changed in the last minute: counts since a stream began say little at three in the morning. PURE. */
import type { PipelineVitals } from '../../engine/pipeline/index.js';
import type { SerializedProblem } from '../../engine/problem.js';

/** A stream as it stood at one instant. */
export interface Glance {
  /** Unix ms. */
  readonly atMs: number;
  /** It has begun to play. */
  readonly plays: boolean;
  readonly vitals: PipelineVitals | undefined;
  readonly rungs: readonly { readonly name: string; readonly restarts: number }[];
  readonly sources: readonly { readonly state: string; readonly losses: number }[];
  readonly lastProblem: SerializedProblem | undefined;
}

/** What has been seen of a stream so far. */
export interface Seen {
  /** Oldest first, of the last minute. */
  readonly glances: readonly Glance[];
  /** When it was first seen to play, Unix ms. */
  readonly playsSinceMs: number | undefined;
  /** Since when each source is up, or not up, Unix ms. */
  readonly sources: readonly { readonly up: boolean; readonly sinceMs: number }[];
  /** The last problem of each rung, and of the disk. */
  readonly rungProblems: Readonly<Record<string, SeenProblem>>;
  readonly diskProblem: SeenProblem | undefined;
}

export interface SeenProblem {
  readonly problem: SerializedProblem;
  /** When it was seen first, Unix ms. */
  readonly atMs: number;
}

export interface RecentRung {
  readonly name: string;
  readonly restarts: number;
  readonly parts: number;
  readonly gaps: number;
  /** Parts by the bounds of PUBLISH_DELAY_BOUNDS_MS. */
  readonly publishDelays: readonly number[];
  /** Why its encoder was replaced last, whenever that was. */
  readonly problem: SeenProblem | undefined;
}

export interface Recent {
  /** What it covers; less than a minute while the stream is young. */
  readonly seconds: number;
  /** What parts, gaps, delays and filled units are counted over: less while it has just begun to play. */
  readonly playedSeconds: number;
  readonly rungs: readonly RecentRung[];
  /** House units that no source filled. */
  readonly filledVideo: number;
  readonly filledAudio: number;
  /** Times the source was moved on the house clock. */
  readonly anchorMoves: number;
  /** Times each source was lost. */
  readonly losses: readonly number[];
}

const REMEMBERED_MS = 60_000;
/** A stream begins with up to two segments of padding, out late by its nature; so long it takes to work them off. */
const PADDING_MS = 4_000;
const DISK_PROBLEMS: ReadonlySet<string> = new Set(['disk-full', 'output-not-writable', 'too-many-open-files']);

export const NOTHING_SEEN: Seen = {
  glances: [],
  playsSinceMs: undefined,
  sources: [],
  rungProblems: {},
  diskProblem: undefined,
};

export function withGlance(seen: Seen, glance: Glance): Seen {
  const fresh = seen.glances.filter(({ atMs }) => glance.atMs - atMs <= REMEMBERED_MS && atMs < glance.atMs);
  const { lastProblem } = glance;
  const isNew = lastProblem !== undefined && lastProblem !== seen.glances.at(-1)?.lastProblem;
  const seenNow = isNew ? { problem: lastProblem, atMs: glance.atMs } : undefined;
  const rendition = seenNow?.problem.facts['rendition'];
  const playsSinceMs = seen.playsSinceMs ?? (glance.plays ? glance.atMs : undefined);
  const isSettled = playsSinceMs !== undefined && glance.atMs >= playsSinceMs + PADDING_MS;
  return {
    playsSinceMs,
    glances: [...fresh, { ...glance, plays: isSettled }],
    sources: glance.sources.map(({ state }, index) => {
      const before = seen.sources[index];
      const up = state === 'up';
      return before?.up === up ? before : { up, sinceMs: glance.atMs };
    }),
    rungProblems:
      seenNow && typeof rendition === 'string' ? { ...seen.rungProblems, [rendition]: seenNow } : seen.rungProblems,
    diskProblem: seenNow && DISK_PROBLEMS.has(seenNow.problem.code) ? seenNow : seen.diskProblem,
  };
}

/** The difference between the oldest and the newest glance. */
export function recentOf({ glances, rungProblems }: Seen): Recent {
  const [first, last] = [glances[0], glances.at(-1)];
  if (!first || !last)
    return { seconds: 0, playedSeconds: 0, rungs: [], filledVideo: 0, filledAudio: 0, anchorMoves: 0, losses: [] };
  const base = glances.find(({ plays, vitals }) => plays && vitals) ?? last;
  const [before, now] = [base.vitals?.playout, last.vitals?.playout];
  return {
    seconds: (last.atMs - first.atMs) / 1000,
    playedSeconds: (last.atMs - base.atMs) / 1000,
    rungs: last.rungs.map(({ name }) => recentRung(name, { first, base, last }, rungProblems[name])),
    filledVideo: grown(before?.filledVideo, now?.filledVideo),
    filledAudio: grown(before?.filledAudio, now?.filledAudio),
    anchorMoves: grown(before?.anchorMoves, now?.anchorMoves),
    losses: last.sources.map(({ losses }, index) => grown(first.sources[index]?.losses, losses)),
  };
}

function recentRung(
  name: string,
  { first, base, last }: Readonly<Record<'first' | 'base' | 'last', Glance>>,
  problem: SeenProblem | undefined,
): RecentRung {
  const find = (glance: Glance) => glance.vitals?.rungs.find((rung) => rung.name === name);
  const restarts = (glance: Glance) => glance.rungs.find((rung) => rung.name === name)?.restarts;
  const [before, now] = [find(base), find(last)];
  return {
    ...{ name, problem, restarts: grown(restarts(first), restarts(last)) },
    parts: grown(before?.parts, now?.parts),
    gaps: grown(before?.gaps, now?.gaps),
    publishDelays: (now?.publishDelays ?? []).map((parts, bucket) => grown(before?.publishDelays[bucket], parts)),
  };
}

/** A count that became smaller began anew: its thread was started again. */
function grown(before = 0, now = 0): number {
  return now < before ? now : now - before;
}
