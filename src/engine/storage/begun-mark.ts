/**
 * The highest segment number a stream has begun. It is on the disk before any file bears that number, so that a number is
 * never begun twice, even where a power cut took the files of the last seconds with it.
 */
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable.js';
import { isMissing } from './folders.js';
import { BEGUN_MARK } from './media-path.js';

export interface HighestSegment {
  readonly segment: number;
  /** When it was begun or last written to, Unix ms. */
  readonly writtenAtMs: number;
}

/** As long as any segment number may be: a mark is overwritten in place, within one sector, and is never half new. */
const DIGITS = 15;

export class BegunMark {
  private noted = -1;
  private writing: Promise<void> | undefined;

  constructor(private readonly folder: string) {}

  /** Settles when `segment` may be used. Rejects where that could not be noted: then no file may bear the number. */
  async note(segment: number): Promise<void> {
    while (segment > this.noted) {
      this.writing ??= this.write(segment).finally(() => (this.writing = undefined));
      await this.writing;
    }
  }

  /** Whether files of this segment may be there already. */
  has(segment: number): boolean {
    return segment <= this.noted;
  }

  /** Undefined where there is none, or one nobody can read. */
  async read(): Promise<HighestSegment | undefined> {
    const path = join(this.folder, BEGUN_MARK);
    try {
      const digits = /^(\d{15})\n$/.exec(await readFile(path, 'utf8'))?.[1];
      return digits === undefined ? undefined : { segment: Number(digits), writtenAtMs: (await stat(path)).mtimeMs };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private async write(segment: number): Promise<void> {
    const path = join(this.folder, BEGUN_MARK);
    const text = `${`${segment}`.padStart(DIGITS, '0')}\n`;
    const file = await open(path, 'r+').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (file) {
      try {
        // The file keeps its size, so the disk has one block to write and the file system nothing.
        await file.write(text, 0);
        await file.datasync();
      } finally {
        await file.close();
      }
    } else {
      await mkdir(this.folder, { recursive: true });
      await writeDurably(path, text);
    }
    this.noted = segment;
  }
}
