/** How many watch each stream, where the server counts them. */
import type { Api } from '../api/api';
import { isRecord } from '../api/api-problem';
import { viewersNow } from '../parts/viewers-now';

export class ViewerCounts {
  /** By stream id; undefined where nobody counts. */
  known: ReadonlyMap<string, number> | undefined;
  private isCounted = true;

  constructor(private readonly api: Api) {}

  /** Never rejects: a list without this figure is a list still. */
  async look(signal: AbortSignal): Promise<void> {
    if (!this.isCounted) return;
    const answer = await this.api.find<unknown>('/viewers', signal).catch(() => null);
    if (answer === undefined) this.isCounted = false;
    if (answer !== null) this.known = countsOf(answer);
  }
}

function countsOf(answer: unknown): ReadonlyMap<string, number> | undefined {
  const streams = isRecord(answer) ? answer['streams'] : undefined;
  if (!Array.isArray(streams)) return undefined;
  return new Map(
    streams.filter(isRecord).flatMap((stream): [string, number][] => {
      const [id, now] = [stream['stream_id'], viewersNow(stream)];
      return typeof id === 'string' && now !== undefined ? [[id, now]] : [];
    }),
  );
}
