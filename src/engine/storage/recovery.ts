/**
 * Takes no file of an earlier life on trust. What is not whole is removed, never completed and never named again: its
 * number was told, so it stays a gap.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as giveWay } from 'node:timers/promises';
import { folders, namesIn } from './folders.js';
import { isTemporaryName, parseMediaName, timedName } from './media-path.js';
import { isWholeFile, type Moofs } from './whole-file.js';

export interface RecoveryTerms {
  /** Sizes that are known, by `rendition/name`; any other file is judged by its form. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** Decode time of the first sample of a CMAF segment that begins with these bytes: its second name. */
  readonly decodeTimeOf?: (head: Buffer) => number | undefined;
  /** Whether a CMAF segment of this number goes up to the next one, as far as anybody can say. */
  readonly reachesItsEnd?: (rendition: string, segment: number, moofs: Moofs) => boolean;
}

/** A moof of a part is well within this. */
const HEAD_BYTES = 65_536;

/**
 * Looks through a stream's folder. Gives `rendition/name` of every file that is broken; it is gone too, where the disk can
 * be written. Nothing of this stream may be writing yet; others in the thread go on between two files.
 */
export async function recoverFolder(folder: string, terms: RecoveryTerms = {}): Promise<ReadonlySet<string>> {
  const broken = new Set<string>();
  for (const rendition of await folders(folder)) {
    const at = join(folder, rendition);
    for (const name of await namesIn(at)) {
      await giveWay();
      if (isTemporaryName(name)) await removed(join(at, name));
      else if (isBroken(folder, rendition, name, terms)) {
        broken.add(`${rendition}/${name}`);
        await removed(join(at, name));
      }
    }
    await mendTimedNames(at, terms.decodeTimeOf);
  }
  return broken;
}

function isBroken(folder: string, rendition: string, name: string, { sizes, reachesItsEnd }: RecoveryTerms): boolean {
  const media = parseMediaName(name);
  // A second name is as good as its first.
  if (!media || media.kind === 'timed') return false;
  const path = join(folder, rendition, name);
  const size = sizes?.get(`${rendition}/${name}`);
  if (size !== undefined) return statSync(path).size !== size;
  return !isWholeFile(path, media, (moofs) =>
    media.kind === 'segment' && reachesItsEnd ? reachesItsEnd(rendition, media.segment, moofs) : true,
  );
}

/** A CMAF segment has two names of one file: one without the other is removed, or given it. */
async function mendTimedNames(folder: string, decodeTimeOf: RecoveryTerms['decodeTimeOf']): Promise<void> {
  const segments = new Map<number, string>();
  const timed: { name: string; inode: number }[] = [];
  for (const name of await namesIn(folder)) {
    await giveWay();
    const media = parseMediaName(name);
    if (media?.kind !== 'timed' && !(media?.kind === 'segment' && media.format === 'fmp4')) continue;
    const { ino } = statSync(join(folder, name));
    if (media.kind === 'timed') timed.push({ name, inode: ino });
    else segments.set(ino, name);
  }
  for (const { name, inode } of timed) {
    if (!segments.delete(inode)) await removed(join(folder, name));
  }
  for (const name of segments.values()) {
    const ticks = decodeTimeOf?.(headOf(join(folder, name)));
    if (ticks !== undefined) await link(join(folder, name), join(folder, timedName(ticks))).catch(() => undefined);
  }
}

function headOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/** A disk that cannot be written must not keep a stream from its start. */
const removed = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);
