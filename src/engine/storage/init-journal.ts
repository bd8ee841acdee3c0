/** Which init segment a rendition has used since when: one line a change, on the disk before the media that needs it. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { appendDurably, writeDurably } from './durable.js';
import { isMissing } from './folders.js';
import { INIT_JOURNAL } from './media-path.js';

/** From this segment on a rendition needs this init segment. */
export interface InitChange {
  readonly segment: number;
  /** File name. */
  readonly init: string;
}

const LINE = /^(\d{1,15}) (init-[0-9a-f]{12}\.mp4)$/;

export class InitJournal {
  private anew = false;

  /** `folder` is the rendition's. */
  constructor(private readonly folder: string) {}

  /** Every change, oldest first. Lines that a crash cut short or a disk forgot say nothing. */
  async changes(): Promise<InitChange[]> {
    return this.anew ? [] : readLines(await this.text());
  }

  /** Adds a change. A journal that a crash left in pieces is made whole by it: nothing is written behind half a line. */
  async note(change: InitChange): Promise<void> {
    const text = await this.text();
    const kept = this.anew ? '' : readLines(text).map(line).join('');
    if (kept === text) await appendDurably(this.path, line(change));
    else await writeDurably(this.path, kept + line(change));
    this.anew = false;
  }

  /** Another stream begins under this name: what its media need has nothing to do with what was there before. */
  beginAnew(): void {
    this.anew = true;
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  private get path(): string {
    return join(this.folder, INIT_JOURNAL);
  }

  private async text(): Promise<string> {
    return readFile(this.path, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
  }
}

const line = ({ segment, init }: InitChange): string => `${segment} ${init}\n`;

/** The last piece of a split has no end of line: it is '' or was cut short. */
const readLines = (text: string): InitChange[] =>
  text
    .split('\n')
    .slice(0, -1)
    .flatMap((each) => {
      const [, segment, init] = LINE.exec(each) ?? [];
      return segment !== undefined && init !== undefined ? [{ segment: Number(segment), init }] : [];
    });
