/** Watches one stream: keeps it alive with heartbeats and shows how it fares on one line that moves. */
import { SingleBar } from 'cli-progress';
import type { StreamInfo } from './answers.js';
import { CommandError, EXIT, type ExitCode } from './exit-codes.js';
import type { Session } from './session.js';
import { describeStream } from './stream-words.js';

const HEARTBEAT_EVERY_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

/** Settles with an exit code after `seconds`, at Ctrl-C, or as soon as the stream is over (1: it failed) or gone. */
export async function monitor(session: Session, id: string, seconds: number): Promise<ExitCode> {
  const { api, shell } = session;
  const line = session.json ? jsonLines(session) : progressBar(id, seconds);
  const startedAt = Date.now();
  let heartbeatDue = startedAt;
  try {
    for (let now = startedAt; now < startedAt + seconds * 1000 && !shell.signal.aborted; now = Date.now()) {
      if (now >= heartbeatDue) {
        await api.ask('POST /streams/{id}/heartbeat', { path: { id } });
        heartbeatDue = now + HEARTBEAT_EVERY_MS;
      }
      const info = await api.ask<StreamInfo>('GET /streams/{id}', { path: { id } });
      line.show(Math.round((now - startedAt) / 1000), info);
      if (info.status === 'ended' || info.status === 'failed') return info.status === 'ended' ? EXIT.ok : EXIT.refused;
      await shell.pause(LOOK_EVERY_MS);
    }
    return EXIT.ok;
  } catch (error) {
    if (shell.signal.aborted) return EXIT.ok;
    if (!isGone(error)) throw error;
    line.gone();
    return EXIT.ok;
  } finally {
    line.stop();
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof CommandError && (error.problem as { code?: string } | undefined)?.code === 'stream-not-found';

interface MovingLine {
  show(seconds: number, info: StreamInfo): void;
  gone(): void;
  stop(): void;
}

function progressBar(id: string, seconds: number): MovingLine {
  const bar = new SingleBar({
    format: `${id} {bar} {value}/{total} s · {status}`,
    clearOnComplete: false,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  });
  bar.start(seconds, 0, { status: 'looking' });
  return {
    show: (elapsed, info) => bar.update(elapsed, { status: describeStream(info) }),
    gone: () => bar.update({ status: 'gone' }),
    stop: () => bar.stop(),
  };
}

const jsonLines = (session: Session): MovingLine => ({
  show: (_, info) => session.lines([JSON.stringify(info)]),
  gone: () => undefined,
  stop: () => undefined,
});
