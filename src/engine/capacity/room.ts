/** Whether a stream fits beside those that run, and what smaller ladder would. PURE. */
import type { Rung } from '../ladder/index.js';

/** Processor cores: what streams may use in all, and what those that run are expected to need. */
export interface Room {
  readonly totalCores: number;
  readonly committedCores: number;
}

/** Never negative: streams resumed at boot are not refused, and a source may turn out larger than was thought. */
export const freeCores = ({ totalCores, committedCores }: Room): number => Math.max(0, totalCores - committedCores);

export const fits = (needs: number, room: Room): boolean => needs <= freeCores(room);

/**
 * The largest ladder smaller than the one that was asked for and small enough: without its tallest rungs; or, when
 * even its lowest rung is too much, the tallest single rung below it that the ladder file has. Undefined when
 * nothing fits. `needsOf` tells the cores that a choice of rungs would need.
 */
export function largestThatFits(
  asked: readonly Rung[],
  ladder: readonly Rung[],
  needsOf: (rungs: readonly Rung[]) => number,
  room: Room,
): readonly Rung[] | undefined {
  const rungs = tallestFirst(asked);
  const shorter = rungs.map((_, index) => rungs.slice(index)).slice(1);
  const lowest = rungs.at(-1)?.height ?? 0;
  const below = tallestFirst(ladder.filter(({ height }) => height < lowest)).map((rung) => [rung]);
  return [...shorter, ...below].find((choice) => fits(needsOf(choice), room));
}

const tallestFirst = (rungs: readonly Rung[]): readonly Rung[] =>
  [...rungs].sort((a, b) => b.height - a.height || b.videoKbps - a.videoKbps);
