/** A stream's folder on disk. A file is whole before it has its name, and a name once given is never given again. */
import { mkdirSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { BegunMark, type HighestSegment } from './begun-mark.js';
import { writeDurably } from './durable.js';
import { folders, isMissing, namesIn, removeFile, removeIfEmpty } from './folders.js';
import { InitJournal, type InitChange } from './init-journal.js';
import {
  INIT_JOURNAL,
  isStreamRecord,
  isTemporaryName,
  parseMediaName,
  temporaryName,
  type SegmentFormat,
} from './media-path.js';
import { recoverFolder, type RecoveryTerms } from './recovery.js';
import { isOutdated, type Retention } from './retention.js';
import type { Room } from './room.js';

/** A finished segment of an earlier life, as its file tells. */
export interface StoredSegment {
  readonly segment: number;
  readonly format: SegmentFormat;
  readonly bytes: number;
  /** Unix ms. */
  readonly writtenAtMs: number;
}

/** Media of another grid, whose numbers lie ahead of ours, is of no playlist after this long. */
const OTHER_GRID_KEPT_MS = 600_000;

export class MediaStore {
  private readonly mark: BegunMark;
  private readonly journals = new Map<string, InitJournal>();

  /** Without `room` every write is tried. */
  constructor(
    readonly folder: string,
    readonly room?: Room,
  ) {
    this.mark = new BegunMark(folder);
  }

  /** Makes the folders of these renditions, at once: their first file may come in the same instant. */
  prepare(renditions: readonly string[]): void {
    try {
      for (const rendition of renditions) mkdirSync(join(this.folder, rendition), { recursive: true });
    } catch {
      // A full or read-only disk is told of by the first write, which also makes what is missing.
    }
  }

  /** From now on files of this segment may come: notes it ahead of them, so that none has to wait. Never rejects. */
  async expect(segment: number): Promise<void> {
    await this.writing(() => this.mark.note(segment)).catch(() => undefined);
  }

  /**
   * Writes all pieces under a temporary name, then renames: whoever opens `name` gets all of it. With an `alias` the same
   * file has a second name, which is there first: who finds the one finds the other. Rejects with what the room says, or
   * the file system; then nothing of it is left.
   */
  async write(rendition: string, name: string, pieces: readonly Buffer[], alias?: string): Promise<void> {
    const media = parseMediaName(name);
    const segment = media && 'segment' in media ? media.segment : undefined;
    const begun = segment !== undefined && this.mark.has(segment);
    await this.writing(async () => {
      if (segment !== undefined) await this.mark.note(segment);
      await this.place(rendition, name, pieces, alias);
    }, begun);
  }

  /** Writes an init segment, to stay through a power cut: media without it is of no use. */
  async writeInit(rendition: string, name: string, bytes: Buffer): Promise<void> {
    await this.writing(async () => {
      await mkdir(join(this.folder, rendition), { recursive: true });
      await writeDurably(join(this.folder, rendition, name), bytes);
    });
  }

  /**
   * Notes that a rendition needs another init segment from `segment` on. Called before the first media that needs it
   * has its name, so that whoever reads the folder later knows what every file on it needs.
   */
  async noteInit(rendition: string, change: InitChange): Promise<void> {
    await this.writing(() => this.journal(rendition).note(change));
  }

  /** Another stream begins under this name: its journals begin with its first lines. */
  async forgetInits(): Promise<void> {
    for (const rendition of await this.renditions()) this.journal(rendition).beginAnew();
  }

  /** Every change of init segment a rendition has gone through, oldest first. */
  initChanges(rendition: string): Promise<InitChange[]> {
    return this.journal(rendition).changes();
  }

  /** Names of the renditions that have a folder. */
  renditions(): Promise<string[]> {
    return folders(this.folder);
  }

  /** The finished segments of a rendition. */
  async segments(rendition: string): Promise<StoredSegment[]> {
    const found: StoredSegment[] = [];
    for (const name of await namesIn(join(this.folder, rendition))) {
      const media = parseMediaName(name);
      if (media?.kind !== 'segment') continue;
      const { size, mtimeMs } = await stat(join(this.folder, rendition, name));
      found.push({ segment: media.segment, format: media.format, bytes: size, writtenAtMs: mtimeMs });
    }
    return found;
  }

  /** Init segments of a rendition that are on disk, with when they were written, Unix ms. */
  async inits(rendition: string): Promise<{ readonly init: string; readonly writtenAtMs: number }[]> {
    const names = (await namesIn(join(this.folder, rendition))).filter((name) => parseMediaName(name)?.kind === 'init');
    return Promise.all(
      names.map(async (init) => ({ init, writtenAtMs: (await stat(join(this.folder, rendition, init))).mtimeMs })),
    );
  }

  async read(rendition: string, name: string): Promise<Buffer> {
    return readFile(join(this.folder, rendition, name));
  }

  async remove(rendition: string, names: readonly string[]): Promise<void> {
    for (const name of names) await removeFile(join(this.folder, rendition, name));
  }

  /**
   * The highest segment number that was ever begun: as it was noted, or as a file bears it that was written since.
   * Undefined for an empty folder.
   */
  async highestSegment(): Promise<HighestSegment | undefined> {
    const noted = await this.mark.read();
    let highest = noted;
    for (const { rendition, name } of await this.mediaFiles()) {
      const media = parseMediaName(name);
      if (!media || !('segment' in media) || media.segment <= (highest?.segment ?? -1)) continue;
      const { mtimeMs } = await stat(join(this.folder, rendition, name));
      // Higher, but from before the note: of a grid that is no longer in use.
      if (noted && mtimeMs < noted.writtenAtMs) continue;
      highest = { segment: media.segment, writtenAtMs: mtimeMs };
    }
    return highest;
  }

  /** Removes what an earlier life left half written or broken; gives `rendition/name` of the broken. */
  recover(terms: RecoveryTerms = {}): Promise<ReadonlySet<string>> {
    return recoverFolder(this.folder, terms);
  }

  /** Removes media of an earlier life that is older than the retention before segment `newest`, or of another grid. */
  async reclaim(newest: number, retention: Retention): Promise<void> {
    for (const { rendition, name } of await this.mediaFiles()) {
      if (isOutdated(name, newest, retention) || (await this.isOfAnotherGrid(rendition, name, newest)))
        await this.remove(rendition, [name]);
    }
    // A second name whose first is gone.
    for (const { rendition, name } of await this.mediaFiles()) {
      if (parseMediaName(name)?.kind !== 'timed') continue;
      const { nlink } = await stat(join(this.folder, rendition, name));
      if (nlink === 1) await this.remove(rendition, [name]);
    }
  }

  /** Removes the stream's files and folders, and nothing that is not ours: a folder with a stranger's file stays. */
  async removeAll(): Promise<void> {
    for (const { rendition, name } of await this.mediaFiles()) {
      if (parseMediaName(name) || isTemporaryName(name) || name === INIT_JOURNAL) await this.remove(rendition, [name]);
    }
    for (const rendition of await folders(this.folder)) await removeIfEmpty(join(this.folder, rendition));
    for (const name of await namesIn(this.folder)) if (isStreamRecord(name)) await removeFile(join(this.folder, name));
    await removeIfEmpty(this.folder);
  }

  private writing<T>(write: () => Promise<T>, begun = false): Promise<T> {
    return this.room ? this.room.use(write, begun) : write();
  }

  private journal(rendition: string): InitJournal {
    const known = this.journals.get(rendition) ?? new InitJournal(join(this.folder, rendition));
    this.journals.set(rendition, known);
    return known;
  }

  private async place(rendition: string, name: string, pieces: readonly Buffer[], alias?: string): Promise<void> {
    const at = (file: string): string => join(this.folder, rendition, file);
    const temporary = at(temporaryName(name));
    try {
      const file = await this.openNew(temporary);
      try {
        await file.writeFile(Buffer.concat(pieces));
      } finally {
        await file.close();
      }
      if (alias !== undefined) await linkAnew(temporary, at(alias));
      await rename(temporary, at(name));
    } catch (error) {
      for (const left of [temporary, ...(alias === undefined ? [] : [at(alias)])])
        await removeFile(left).catch(() => undefined);
      throw error;
    }
  }

  /** The folder may have gone with the disk it was on. */
  private async openNew(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'w');
    } catch (error) {
      if (!isMissing(error)) throw error;
      await mkdir(join(path, '..'), { recursive: true });
      return open(path, 'w');
    }
  }

  private async isOfAnotherGrid(rendition: string, name: string, newest: number): Promise<boolean> {
    const media = parseMediaName(name);
    if (!media || !('segment' in media) || media.segment <= newest) return false;
    const { mtimeMs } = await stat(join(this.folder, rendition, name));
    return Date.now() - mtimeMs > OTHER_GRID_KEPT_MS;
  }

  private async mediaFiles(): Promise<{ rendition: string; name: string }[]> {
    const files: { rendition: string; name: string }[] = [];
    for (const rendition of await folders(this.folder)) {
      for (const name of await namesIn(join(this.folder, rendition))) files.push({ rendition, name });
    }
    return files;
  }
}

async function linkAnew(file: string, alias: string): Promise<void> {
  // Left by a life that ended before the name it stands for: that life's bytes were never told.
  await removeFile(alias);
  await link(file, alias);
}
