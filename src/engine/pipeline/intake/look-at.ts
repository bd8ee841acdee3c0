/** Finds out what a tapped source holds, from what its tap has delivered so far. */
import {
  DECODER_LOOKS_AT,
  PROBE_BYTES_OPTIONS,
  PROBE_OPTIONS,
  saysEnough,
  TAPPED_PACKETS_OPTIONS,
  tappedBytesOptions,
  type ChildExit,
  type FfmpegProcess,
} from '../../ffmpeg/index.js';
import type { Tap } from './tap.js';

export interface Look {
  /** ffprobe's JSON; undefined when it could not make sense of it. */
  readonly said: string | undefined;
  readonly prober: ChildExit;
  /** How the decoder is to read the same. */
  readonly options: readonly string[];
}

export type StartProber = (options: readonly string[]) => FfmpegProcess;

/** The first look at bytes, ms after the first of them: eight pictures, and a little. */
const FIRST_LOOK_MS = 300;
const LEAST_PAUSE_MS = 150;
/** Later ones are rarer: what has not come in a second may take ten. */
const PAUSE_SHARE = 0.3;
/** The longest time between key frames that is waited for. */
const PATIENCE_MS = 20_000;

/** Looks while it comes, until ffprobe has seen enough. */
export async function lookAtPackets(tap: Tap, start: StartProber): Promise<Look> {
  const prober = start([...PROBE_OPTIONS, ...TAPPED_PACKETS_OPTIONS]);
  tap.copyTo(prober);
  return { ...(await hear(prober)), options: TAPPED_PACKETS_OPTIONS };
}

/** Looks at all there is again and again, until that is enough, or the tap has ended. */
export async function lookAtBytes(tap: Tap, start: StartProber): Promise<Look> {
  await tap.begun;
  const begunAt = performance.now();
  for (let lookAtMs = FIRST_LOOK_MS; ;) {
    await untilMs(begunAt + lookAtMs, tap);
    const bytes = tap.held;
    const seenMs = performance.now() - begunAt;
    const prober = start([...PROBE_BYTES_OPTIONS, ...tappedBytesOptions(bytes.length)]);
    const options = tappedBytesOptions(bytes.length * DECODER_LOOKS_AT);
    prober.stdin.end(bytes);
    const look = { ...(await hear(prober)), options };
    const enough = look.said !== undefined && saysEnough(look.said, seenMs / 1000);
    if (enough || !tap.child.alive) return look;
    // A picture whose size is not known is not the same as none.
    if (seenMs >= PATIENCE_MS || tap.isFull) return { ...look, said: undefined };
    const nowMs = performance.now() - begunAt;
    lookAtMs = nowMs + Math.max(LEAST_PAUSE_MS, PAUSE_SHARE * nowMs);
  }
}

/** What an ffprobe says, to its end. */
export async function hear(prober: FfmpegProcess): Promise<Pick<Look, 'said' | 'prober'>> {
  const chunks: Buffer[] = [];
  prober.stdout.on('data', (bytes: Buffer) => chunks.push(bytes));
  const exit = await prober.exited;
  const text = Buffer.concat(chunks).toString('utf8');
  return { prober: exit, said: exit.code === 0 && text.trim() !== '' ? text : undefined };
}

/** Waits for an instant of `performance.now()`, though not beyond the tap's end. */
function untilMs(atMs: number, tap: Tap): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, atMs - performance.now());
    void tap.child.exited.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
