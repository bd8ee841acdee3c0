/** Time as all processes of a run share it. */

/** The system's monotonic clock when performance.now() read zero: the same origin in every process of this machine. */
const ORIGIN_MS = ((): number => {
  const beforeMs = performance.now();
  const monotonicMs = Number(process.hrtime.bigint()) / 1e6;
  return monotonicMs - (beforeMs + performance.now()) / 2;
})();

/** What to add to monotonic milliseconds for milliseconds since 1970. */
export const EPOCH_OFFSET_MS = Date.now() - (performance.now() + ORIGIN_MS);

/** Monotonic milliseconds, comparable between the processes of this machine. */
export const nowMs = (): number => performance.now() + ORIGIN_MS;
