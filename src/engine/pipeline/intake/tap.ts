/** The one connection to a tapped source: what it delivers is kept until the decoder has it, and goes there from then on. */
import { readBytes, type FfmpegProcess, type Flow } from '../../ffmpeg/index.js';

/** Bytes that are kept, or wait for the decoder: a source that sends more has to wait, or lose some. */
const MOST_BYTES = 32 * 1024 * 1024;
/** A decoder that does not get to the end of what waits in this time will never catch up. */
const CATCH_UP_MS = 10_000;

export class Tap {
  /** Settles when the first bytes are here, or none will ever be. */
  readonly begun: Promise<void>;
  private kept: Buffer[] | undefined = [];
  private keptBytes = 0;
  private reader: FfmpegProcess | undefined;
  private readonly flow: Flow;
  private waiting = false;
  /** All that will ever come has come; the child may be told to have ended a moment later. */
  private isOver = false;

  /** Call it in the same turn as the child was started. `onKept` is told whenever something came that nobody decodes yet. */
  constructor(
    readonly child: FfmpegProcess,
    private readonly onKept: () => void,
  ) {
    let begin = (): void => undefined;
    this.begun = new Promise((resolve) => (begin = resolve));
    this.flow = readBytes(child.stdout, (bytes) => {
      begin();
      this.take(bytes);
    });
    child.stdout.once('close', () => {
      this.isOver = true;
      begin();
      this.reader?.stdin.end();
    });
  }

  /** All that has come so far, while it is kept. */
  get held(): Buffer {
    return Buffer.concat(this.kept ?? []);
  }

  /** No more is kept than is kept already. */
  get isFull(): boolean {
    return this.keptBytes >= MOST_BYTES;
  }

  /** From here on `reader` gets everything, from the beginning; it is kept all the same. */
  copyTo(reader: FfmpegProcess): void {
    this.reader = reader;
    for (const bytes of this.kept ?? []) reader.stdin.write(bytes);
    if (this.isOver) reader.stdin.end();
  }

  /** From here on `reader` gets everything, from the beginning, and nothing is kept any longer. */
  handTo(reader: FfmpegProcess): void {
    this.copyTo(reader);
    this.kept = undefined;
    this.flow.resume();
  }

  private take(bytes: Buffer): void {
    if (this.kept) {
      this.kept.push(bytes);
      const wasFull = this.isFull;
      this.keptBytes += bytes.length;
      // Once: what comes then is the rest of a child that has ended.
      if (this.isFull && !wasFull) this.flow.pause();
      this.onKept();
    }
    const { reader } = this;
    if (!reader) return;
    reader.stdin.write(bytes);
    if (!this.kept && !this.waiting && reader.stdin.writableLength >= MOST_BYTES) this.waitFor(reader);
  }

  private waitFor(reader: FfmpegProcess): void {
    this.waiting = true;
    this.flow.pause();
    const giveUp = setTimeout(() => reader.kill(), CATCH_UP_MS);
    void reader.exited.then(() => clearTimeout(giveUp));
    reader.stdin.once('drain', () => {
      clearTimeout(giveUp);
      this.waiting = false;
      this.flow.resume();
    });
  }
}
