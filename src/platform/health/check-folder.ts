/** Can a folder take what we write? */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** For the database: all it ever needs. */
const LEAST_FREE_MB = 64;

/** Really writes: a full disk and a read-only mount look fine to any other question. Rejects with the reason. */
export async function checkFolder(folder: string, leastFreeMb = LEAST_FREE_MB): Promise<{ free_mb: number }> {
  await mkdir(folder, { recursive: true });
  const trial = join(folder, `.ready-${randomUUID()}`);
  try {
    await writeFile(trial, 'ready');
  } finally {
    await rm(trial, { force: true });
  }
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 1e6);
  if (freeMb < leastFreeMb) throw new Error(`${folder} has ${freeMb} MB free, at least ${leastFreeMb} MB are needed`);
  return { free_mb: freeMb };
}
