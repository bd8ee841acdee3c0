/**
 * Writes that outlive a power cut. A rename alone does not: the name may come back with an empty file, or not at all.
 * They wait for the disk, so they are for what is small and cannot be told again; media has none of this.
 */
import { open, rename, rm } from 'node:fs/promises';
import { dirname, basename, join } from 'node:path';
import { temporaryName } from './media-path.js';

/** Puts a whole file under its name. When it settles, the bytes and the name are on the disk. */
export async function writeDurably(path: string, content: string | Buffer): Promise<void> {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  try {
    await writeAndSync(temporary, 'w', content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Adds to the end of a file, made where there is none. */
export async function appendDurably(path: string, text: string): Promise<void> {
  await writeAndSync(path, 'a', text);
  await syncFolder(dirname(path));
}

async function writeAndSync(path: string, flags: 'w' | 'a', content: string | Buffer): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** The names in a folder are the folder's own bytes, and need a sync of their own. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
