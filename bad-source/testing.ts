/** A reader of a source that remembers what came when, and what ffprobe makes of it. */
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';

/** A frame of picture or sound, as ffprobe found it in what was read. */
export interface FoundFrame {
  readonly kind: 'video' | 'audio';
  /** Presentation time as sent, wrapped or not. */
  readonly seconds: number;
  /** Of its first byte, in all bytes. */
  readonly position: number;
}

export interface ProbedFrame extends FoundFrame {
  /** When its first byte arrived, in milliseconds of `performance.now()`. */
  readonly arrivedMs: number;
}

export class Reader {
  /** Resolves when the source closes the connection, or `leave` does. */
  readonly closed: Promise<void>;
  private readonly arrivals: { readonly atMs: number; readonly bytes: Buffer }[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => this.arrivals.push({ atMs: performance.now(), bytes }));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** Rejects when it is refused. */
  static connect(url: string): Promise<Reader> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', reject);
      socket.once('connect', () => resolve(new Reader(socket)));
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.arrivals.map(({ bytes }) => bytes));
  }

  get connected(): boolean {
    return !this.socket.destroyed;
  }

  leave(): void {
    this.socket.destroy();
  }

  /** What arrived, frame by frame, in the order of arrival. */
  async frames(kind: FoundFrame['kind'] = 'video'): Promise<ProbedFrame[]> {
    const found = await framesIn(this.bytes, kind);
    return found.map((frame) => ({ ...frame, arrivedMs: this.arrivedMs(frame.position) }));
  }

  private arrivedMs(position: number): number {
    let passed = 0;
    for (const { atMs, bytes } of this.arrivals) {
      passed += bytes.length;
      if (passed > position) return atMs;
    }
    throw new RangeError(`${position} is beyond the ${passed} bytes that arrived`);
  }
}

/** The frames of a transport stream in their order. */
export async function framesIn(bytes: Buffer, kind: FoundFrame['kind'] = 'video'): Promise<FoundFrame[]> {
  const entries = ['-show_entries', 'packet=codec_type,pts_time,pos', '-of', 'json'];
  const { output } = await runOn(bytes, 'ffprobe', ['-v', 'quiet', '-correct_ts_overflow', '0', ...entries, '-']);
  const { packets = [] } = JSON.parse(output || '{}') as {
    packets?: { codec_type: string; pts_time?: string; pos?: string }[];
  };
  return packets
    .filter((packet) => packet.codec_type === kind && packet.pts_time !== undefined && packet.pos !== undefined)
    .map(({ pts_time, pos }) => ({ kind, seconds: Number(pts_time), position: Number(pos) }));
}

/** Runs a program that reads `input` on standard input; gives both of its outputs. */
export function runOn(
  input: Buffer,
  program: string,
  args: readonly string[],
): Promise<{ readonly output: string; readonly errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 20_000, killSignal: 'SIGKILL' });
    const said = { output: '', errors: '' };
    child.stdout.on('data', (bytes: Buffer) => (said.output += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (said.errors += bytes.toString()));
    child.once('error', reject);
    child.once('close', () => resolve(said));
    // It may have seen enough before the end.
    child.stdin.on('error', () => undefined).end(input);
  });
}

/** Steps from each value to the next. */
export const steps = (values: readonly number[]): number[] =>
  values.slice(1).map((value, index) => value - values[index]!);
