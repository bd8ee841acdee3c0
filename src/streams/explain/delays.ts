/** Reads a histogram of publish delays. PURE. */
import { PUBLISH_DELAY_BOUNDS_MS } from '../../engine/pipeline/index.js';
import type { ExplainedBucketDto } from './explain.dto.js';

export const buckets = (counts: readonly number[]): ExplainedBucketDto[] =>
  counts.map((parts, index) => ({ up_to_ms: PUBLISH_DELAY_BOUNDS_MS[index] ?? null, parts }));

/**
 * The delay that the share `q` of the parts keeps to, ms, by interpolation within its bucket; the last bound for what is
 * beyond it; undefined without parts.
 */
export function delayQuantile(counts: readonly number[], q: number): number | undefined {
  const total = counts.reduce((sum, parts) => sum + parts, 0);
  if (total === 0) return undefined;
  let before = 0;
  for (const [index, parts] of counts.entries()) {
    if (parts > 0 && before + parts >= q * total) {
      const lower = PUBLISH_DELAY_BOUNDS_MS[index - 1] ?? 0;
      const upper = PUBLISH_DELAY_BOUNDS_MS[index] ?? lower;
      return lower + ((q * total - before) / parts) * (upper - lower);
    }
    before += parts;
  }
  return undefined;
}
