/** A stream's folder on disk. A file is whole before it has its name, and a name once given is never given again. */
import { mkdirSync } from 'node:fs';
import { appendFile, link, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { INIT_JOURNAL, isTemporaryName, parseMediaName, temporaryName, type SegmentFormat } from './media-path.js';
import { isOutdated, type Retention } from './retention.js';

export interface HighestSegment {
  readonly segment: number;
  /** Modification time, Unix ms. */
  readonly writtenAtMs: number;
}

/** A finished segment of an earlier life, as its file tells. */
export interface StoredSegment {
  readonly segment: number;
  readonly format: SegmentFormat;
  readonly bytes: number;
}

/** From this segment on a rendition needs this init segment. */
export interface InitChange {
  readonly segment: number;
  /** File name. */
  readonly init: string;
}

export class MediaStore {
  constructor(private readonly folder: string) {}

  /** Makes the folders of these renditions, at once: their first file may come in the same instant. */
  prepare(renditions: readonly string[]): void {
    for (const rendition of renditions) mkdirSync(join(this.folder, rendition), { recursive: true });
  }

  /**
   * Writes all pieces under a temporary name, then renames: whoever opens `name` gets all of it. With an `alias` the same
   * file has a second name, which is there first: who finds the one finds the other.
   */
  async write(rendition: string, name: string, pieces: readonly Buffer[], alias?: string): Promise<void> {
    const temporary = join(this.folder, rendition, temporaryName(name));
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(Buffer.concat(pieces));
    } finally {
      await file.close();
    }
    if (alias !== undefined) await this.link(temporary, join(this.folder, rendition, alias));
    await rename(temporary, join(this.folder, rendition, name));
  }

  /**
   * Notes that a rendition needs another init segment from `segment` on. Called before the first media that needs it
   * has its name, so that whoever reads the folder later knows what every file on it needs.
   */
  async noteInit(rendition: string, { segment, init }: InitChange): Promise<void> {
    await appendFile(join(this.folder, rendition, INIT_JOURNAL), `${segment} ${init}\n`);
  }

  /** Another stream begins under this name: what its media need has nothing to do with what was there before. */
  async forgetInits(): Promise<void> {
    for (const rendition of await this.renditions()) await this.remove(rendition, [INIT_JOURNAL]);
  }

  /** Every change of init segment a rendition has gone through, oldest first. */
  async initChanges(rendition: string): Promise<InitChange[]> {
    const text = await readFile(join(this.folder, rendition, INIT_JOURNAL), 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    // A line that a crash cut short says nothing.
    return [...text.matchAll(/^(\d{1,15}) (init-[0-9a-f]{12}\.mp4)\n/gm)].map(([, segment, init]) => ({
      segment: Number(segment),
      init: init!,
    }));
  }

  /** Names of the renditions that have a folder. */
  renditions(): Promise<string[]> {
    return folders(this.folder);
  }

  /** The finished segments of a rendition. */
  async segments(rendition: string): Promise<StoredSegment[]> {
    const found: StoredSegment[] = [];
    for (const name of await filesIn(join(this.folder, rendition))) {
      const media = parseMediaName(name);
      if (media?.kind !== 'segment') continue;
      const { size } = await stat(join(this.folder, rendition, name));
      found.push({ segment: media.segment, format: media.format, bytes: size });
    }
    return found;
  }

  async read(rendition: string, name: string): Promise<Buffer> {
    return readFile(join(this.folder, rendition, name));
  }

  private async link(file: string, alias: string): Promise<void> {
    // Left by a life that ended before the name it stands for: that life's bytes were never told.
    await rm(alias, { force: true });
    await link(file, alias);
  }

  async remove(rendition: string, names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.folder, rendition, name), { force: true });
  }

  /** The highest segment number any file of the stream bears, begun or finished; undefined for an empty folder. */
  async highestSegment(): Promise<HighestSegment | undefined> {
    let highest: { segment: number; path: string } | undefined;
    for (const { rendition, name } of await this.mediaFiles()) {
      const media = parseMediaName(name);
      if (!media || !('segment' in media) || media.segment <= (highest?.segment ?? -1)) continue;
      highest = { segment: media.segment, path: join(this.folder, rendition, name) };
    }
    return highest && { segment: highest.segment, writtenAtMs: (await stat(highest.path)).mtimeMs };
  }

  /** Removes what an earlier life left half written. Nothing may be writing yet. */
  async removeTemporary(): Promise<void> {
    for (const { rendition, name } of await this.mediaFiles()) {
      if (isTemporaryName(name)) await this.remove(rendition, [name]);
    }
  }

  /** Removes media of an earlier life that is older than the retention before segment `newest`. */
  async reclaim(newest: number, retention: Retention): Promise<void> {
    for (const { rendition, name } of await this.mediaFiles()) {
      if (isOutdated(name, newest, retention)) await this.remove(rendition, [name]);
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
    await removeIfEmpty(this.folder);
  }

  private async mediaFiles(): Promise<{ rendition: string; name: string }[]> {
    const files: { rendition: string; name: string }[] = [];
    for (const rendition of await folders(this.folder)) {
      for (const name of await readdir(join(this.folder, rendition))) files.push({ rendition, name });
    }
    return files;
  }
}

/** Names of the folders in `folder`; none when it does not exist. */
export async function folders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
