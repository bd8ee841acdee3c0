/** How fast a disk fills, from looks at it. PURE. */

export interface Look {
  /** Unix ms. */
  readonly atMs: number;
  readonly freeBytes: number;
}

/** Streams free what they write once their window is full, and a file copied in comes in bursts: less says nothing. */
const JUDGED_OVER_MS = 60_000;
/** As far back as anyone looks. */
const REMEMBERED_MS = 300_000;

/** The looks that still count, with a new one. */
export function withLook(looks: readonly Look[], look: Look): readonly Look[] {
  return [...looks.filter(({ atMs }) => look.atMs - atMs <= REMEMBERED_MS), look];
}

/**
 * Bytes a second by which the free room shrinks, over all that is remembered; negative while it grows. Undefined before
 * there is enough to judge by.
 */
export function fillRate(looks: readonly Look[]): number | undefined {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last || last.atMs - first.atMs < JUDGED_OVER_MS) return undefined;
  return ((first.freeBytes - last.freeBytes) * 1000) / (last.atMs - first.atMs);
}

/** Seconds until no more than `reserveBytes` are free at this rate; Infinity while it does not shrink, or nobody can say. */
export function secondsToFull(looks: readonly Look[], reserveBytes: number): number {
  const [rate, last] = [fillRate(looks), looks.at(-1)];
  if (!last) return Infinity;
  if (last.freeBytes <= reserveBytes) return 0;
  return rate === undefined || rate <= 0 ? Infinity : (last.freeBytes - reserveBytes) / rate;
}
