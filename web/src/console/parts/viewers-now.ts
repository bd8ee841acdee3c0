import { isRecord } from '../api/api-problem';

/** Of one stream's answer: `{ viewers: { now } | null }`. Undefined: not counted. */
export function viewersNow(answer: unknown): number | undefined {
  const viewers = isRecord(answer) ? answer['viewers'] : undefined;
  const now = isRecord(viewers) ? viewers['now'] : viewers;
  return typeof now === 'number' ? now : undefined;
}
