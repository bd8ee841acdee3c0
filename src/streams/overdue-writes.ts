/**
 * What the database has still to be told. A full disk must not undo what was done: a stream that was ended stays ended, and
 * the note of it is tried again until it is written.
 */
import type { Logger } from 'pino';

type Write = () => Promise<void>;

export class OverdueWrites {
  private readonly overdue = new Map<string, Write>();

  constructor(private readonly log: Logger) {}

  /** Tries a write about a stream, and later again where it fails: the newest one a stream, once told. Never rejects. */
  async write(streamId: string, write: Write): Promise<void> {
    try {
      await write();
      this.overdue.delete(streamId);
    } catch (error) {
      if (!this.overdue.has(streamId))
        this.log.error({ stream: streamId, err: error }, 'the database refused a write; it is tried again');
      this.overdue.set(streamId, write);
    }
  }

  /** What was still to be told of a stream no longer matters: another one begins under its name. */
  drop(streamId: string): void {
    this.overdue.delete(streamId);
  }

  /** Tries all that is overdue. Never rejects. */
  async retry(): Promise<void> {
    for (const [streamId, write] of [...this.overdue]) {
      await this.write(streamId, write);
      if (!this.overdue.has(streamId)) this.log.info({ stream: streamId }, 'the overdue write is done');
    }
  }
}
