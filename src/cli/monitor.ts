/** Watches one stream: keeps it alive with heartbeats and shows how it fares on one line that moves. */
import { setTimeout as delay } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { Refusal, type ApiClient, type StreamInfo } from './api-client.js';

const HEARTBEAT_EVERY_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

/** Settles with an exit code after `seconds`, or as soon as the stream is over or gone. */
export async function monitor(client: ApiClient, id: string, seconds: number): Promise<number> {
  const bar = new SingleBar({
    format: `${id} {bar} {value}/{total} s · {status}`,
    clearOnComplete: false,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  });
  const startedAt = Date.now();
  let heartbeatDue = startedAt;
  bar.start(seconds, 0, { status: 'looking' });
  try {
    for (let now = startedAt; now < startedAt + seconds * 1000; now = Date.now()) {
      if (now >= heartbeatDue) {
        await client.heartbeat(id);
        heartbeatDue = now + HEARTBEAT_EVERY_MS;
      }
      const info = await client.info(id);
      bar.update(Math.round((now - startedAt) / 1000), { status: describe(info) });
      if (info.status === 'ended' || info.status === 'failed') return info.status === 'ended' ? 0 : 1;
      await delay(LOOK_EVERY_MS);
    }
    bar.update(seconds);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 404) throw error;
    bar.update({ status: 'gone' });
    return 0;
  } finally {
    bar.stop();
  }
}

export function describe(info: StreamInfo): string {
  const rungs = info.rungs.map(
    ({ name, state, restarts }) =>
      `${name}${state === 'up' ? '' : ' down'}${restarts > 0 ? ` (${restarts} restarts)` : ''}`,
  );
  const problem = info.status === 'live' || !info.last_problem ? [] : [info.last_problem.detail];
  return [info.status, info.source_connected ? 'source connected' : 'no source', rungs.join(' '), ...problem].join(
    ' · ',
  );
}
