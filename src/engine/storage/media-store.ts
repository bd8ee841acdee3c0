/** A stream's folder on disk. A file is whole before it has its name, and a name once given is never given again. */
import { mkdirSync } from 'node:fs';
import { open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporaryName, parseMediaName, temporaryName } from './media-path.js';
import { isOutdated, type Retention } from './retention.js';

export interface HighestSegment {
  readonly segment: number;
  /** Modification time, Unix ms. */
  readonly writtenAtMs: number;
}

export class MediaStore {
  constructor(private readonly folder: string) {}

  /** Makes the folders of these renditions, at once: their first file may come in the same instant. */
  prepare(renditions: readonly string[]): void {
    for (const rendition of renditions) mkdirSync(join(this.folder, rendition), { recursive: true });
  }

  /** Writes all pieces under a temporary name, then renames: whoever opens `name` gets all of it. */
  async write(rendition: string, name: string, pieces: readonly Buffer[]): Promise<void> {
    const temporary = join(this.folder, rendition, temporaryName(name));
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(Buffer.concat(pieces));
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.folder, rendition, name));
  }

  async remove(rendition: string, names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.folder, rendition, name), { force: true });
  }

  /** The highest segment number any file of the stream bears, begun or finished; undefined for an empty folder. */
  async highestSegment(): Promise<HighestSegment | undefined> {
    let highest: { segment: number; path: string } | undefined;
    for (const { rendition, name } of await this.mediaFiles()) {
      const media = parseMediaName(name);
      if (!media || media.kind === 'init' || media.segment <= (highest?.segment ?? -1)) continue;
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
  }

  /** Removes the stream's files and folders, and nothing that is not ours: a folder with a stranger's file stays. */
  async removeAll(): Promise<void> {
    for (const { rendition, name } of await this.mediaFiles()) {
      if (parseMediaName(name) || isTemporaryName(name)) await this.remove(rendition, [name]);
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

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
