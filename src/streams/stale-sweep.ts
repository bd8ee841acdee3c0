/** Which streams nobody asked after for too long, and which have been over for long enough. PURE. */

export interface Watched {
  readonly active: boolean;
  readonly lastHeartbeatMs: number;
  readonly endedAtMs: number | undefined;
  readonly spec: { readonly staleAfterSeconds: number | null };
}

export function findStaleStreams<S extends Watched>(streams: readonly S[], nowMs: number): S[] {
  return streams.filter(({ active, lastHeartbeatMs, spec }) => {
    if (!active || spec.staleAfterSeconds === null) return false;
    return nowMs - lastHeartbeatMs > spec.staleAfterSeconds * 1000;
  });
}

export function findExpiredStreams<S extends Watched>(
  streams: readonly S[],
  retentionSeconds: number,
  nowMs: number,
): S[] {
  return streams.filter(
    ({ active, endedAtMs }) => !active && endedAtMs !== undefined && nowMs - endedAtMs > retentionSeconds * 1000,
  );
}
