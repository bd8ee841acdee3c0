/** Boxes (ISO/IEC 14496-12 4.2) of bytes that may be broken: gives what can be read, and says what cannot. PURE. */

export interface BoxView {
  readonly type: string;
  /** Of its header, from the start of the bytes it was read from. */
  readonly start: number;
  readonly end: number;
  readonly payload: Buffer;
  /** Where the payload starts, counted as `start` is. */
  readonly payloadStart: number;
}

export interface BoxList {
  readonly boxes: readonly BoxView[];
  /** Why reading ended before the bytes did. */
  readonly fault?: string;
}

const HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;

/** The boxes one after the other from byte `from`; `shift` is added to all positions. */
export function readBoxes(bytes: Buffer, from = 0, shift = 0): BoxList {
  const boxes: BoxView[] = [];
  for (let at = from; at < bytes.length;) {
    const left = bytes.length - at;
    if (left < HEADER_BYTES) return { boxes, fault: `${left} bytes at ${shift + at} are no box` };
    const type = bytes.toString('latin1', at + 4, at + 8);
    const told = bytes.readUInt32BE(at);
    const isLong = told === 1 && left >= LONG_HEADER_BYTES;
    const header = isLong ? LONG_HEADER_BYTES : HEADER_BYTES;
    // Size 0: to the end of the file. Size 1: 64 bits of size follow.
    const size = told === 0 ? left : isLong ? Number(bytes.readBigUInt64BE(at + 8)) : told;
    if (size < header || size > left)
      return { boxes, fault: `box '${type}' at ${shift + at} claims ${size} bytes, ${left} are left` };
    const payload = bytes.subarray(at + header, at + size);
    boxes.push({ type, start: shift + at, end: shift + at + size, payload, payloadStart: shift + at + header });
    at += size;
  }
  return { boxes };
}

/** The children of a box whose payload is nothing but boxes after `skip` bytes. */
export const childrenOf = (box: BoxView | undefined, skip = 0): readonly BoxView[] =>
  box ? readBoxes(box.payload, skip, box.payloadStart).boxes : [];

export const childOf = (box: BoxView | undefined, type: string, skip = 0): BoxView | undefined =>
  childrenOf(box, skip).find((child) => child.type === type);

/** The box at the end of a path of plain containers. */
export const descendantOf = (box: BoxView | undefined, ...path: readonly string[]): BoxView | undefined =>
  path.reduce<BoxView | undefined>((parent, type) => childOf(parent, type), box);

export const versionOf = ({ payload }: BoxView): number => payload.readUInt8(0);
export const flagsOf = ({ payload }: BoxView): number => payload.readUIntBE(1, 3);
