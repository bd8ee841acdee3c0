/**
 * Whether a media file is all there. A power cut may leave any file that was not synced empty, short, or with zeros for a
 * tail, under a name that promises all of it.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { initName, type MediaName } from './media-path.js';

/** Bytes of a file at a place; fewer at its end. */
type Read = (at: number, length: number) => Buffer;

/** The first and the last `moof` of a file. */
export interface Moofs {
  readonly first: Buffer;
  readonly last: Buffer;
}

/**
 * Looks at the frame of a file, not at its picture: boxes that fill it to the byte (ISO/IEC 14496-12 4.2), packets in step
 * (ISO/IEC 13818-1 2.4.3.2), an init segment that has the hash it is named by. Synchronous: a dozen small reads are
 * done sooner than they are waited for. False for a file that cannot be read.
 *
 * A CMAF segment that was cut between two chunks is in form: `reachesItsEnd` is asked about those that are.
 */
export function isWholeFile(path: string, name: MediaName, reachesItsEnd: (moofs: Moofs) => boolean): boolean {
  let file: number | undefined;
  try {
    if (name.kind === 'init') return initName(hashOf(readFileSync(path))) === initName(name.hash);
    file = openSync(path, 'r');
    const handle = file;
    const read: Read = (at, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(handle, bytes, 0, length, at));
    };
    const { size } = fstatSync(handle);
    if (name.kind === 'segment' && name.format === 'mpegts') return isWholeTs(read, size);
    const moofs = readChunks(read, size);
    return moofs !== undefined && reachesItsEnd(moofs);
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** What an init segment is named by: the same bytes have the same name, on any machine. */
export const hashOf = (init: Buffer): string => createHash('sha256').update(init).digest('hex').slice(0, 12);

const BOX_HEADER_BYTES = 8;
const TAIL_BYTES = 16;

/** CMAF chunks and nothing else, the last one to its last byte; undefined for anything but that. */
function readChunks(read: Read, size: number): Moofs | undefined {
  let at = 0;
  let last = { at: 0, bytes: 0 };
  while (at < size) {
    const moof = boxAt(read, at, 'moof');
    const mdat = moof > 0 ? boxAt(read, at + moof, 'mdat') : 0;
    if (mdat === 0) return undefined;
    last = { at, bytes: moof };
    at += moof + mdat;
  }
  // Neither a NAL unit nor an AAC frame ends in a zero byte.
  const tail = read(size - TAIL_BYTES, TAIL_BYTES);
  if (size === 0 || at !== size || tail.every((byte) => byte === 0)) return undefined;
  return { first: read(0, boxAt(read, 0, 'moof')), last: read(last.at, last.bytes) };
}

/** Length of the box of this type that begins here; 0 where there is none. */
function boxAt(read: Read, at: number, type: string): number {
  const header = read(at, BOX_HEADER_BYTES);
  if (header.length < BOX_HEADER_BYTES || header.toString('latin1', 4) !== type) return 0;
  const length = header.readUInt32BE(0);
  return length > BOX_HEADER_BYTES ? length : 0;
}

const TS_PACKET_BYTES = 188;
const TS_SYNC_BYTE = 0x47;
const PACKETS_A_READ = 1024;

function isWholeTs(read: Read, size: number): boolean {
  if (size === 0 || size % TS_PACKET_BYTES !== 0) return false;
  for (let at = 0; at < size; at += PACKETS_A_READ * TS_PACKET_BYTES) {
    const packets = read(at, PACKETS_A_READ * TS_PACKET_BYTES);
    for (let start = 0; start < packets.length; start += TS_PACKET_BYTES) {
      if (packets[start] !== TS_SYNC_BYTE) return false;
    }
  }
  return true;
}
