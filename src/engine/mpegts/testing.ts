/** For tests: a strict little demultiplexer that knows nothing of the muxer, and refuses whatever ISO 13818-1 does. */

export interface TsPacket {
  readonly pid: number;
  readonly unitStart: boolean;
  readonly counter: number;
  readonly randomAccess: boolean;
  /** The PCR base, 33 bits of 90 kHz. */
  readonly pcr?: number;
  /** Undefined when the packet carries none. */
  readonly payload?: Buffer;
}

export interface DemuxedPes {
  readonly pid: number;
  readonly streamId: number;
  readonly pts: number;
  readonly dts: number;
  readonly hasDts: boolean;
  readonly randomAccess: boolean;
  /** Index of its first and last transport packet in the file. */
  readonly firstPacket: number;
  readonly lastPacket: number;
  readonly payload: Buffer;
}

/** Throws on anything but whole packets with well-formed adaptation fields. */
export function readPackets(bytes: Buffer): TsPacket[] {
  demand(bytes.length % 188 === 0, `${bytes.length} bytes are no whole packets`);
  return Array.from({ length: bytes.length / 188 }, (_, index) =>
    readPacket(bytes.subarray(index * 188, (index + 1) * 188)),
  );
}

function readPacket(packet: Buffer): TsPacket {
  demand(packet[0] === 0x47, 'a packet without sync byte');
  demand((packet[1]! & 0xa0) === 0 && (packet[3]! & 0xc0) === 0, 'an error, priority or scrambling bit is set');
  const head = {
    pid: packet.readUInt16BE(1) & 0x1fff,
    unitStart: (packet[1]! & 0x40) !== 0,
    counter: packet[3]! & 0x0f,
  };
  const control = packet[3]! & 0x30;
  demand(control !== 0, 'reserved adaptation_field_control');
  const fieldLength = control & 0x20 ? packet[4]! : undefined;
  if (fieldLength !== undefined) {
    const ok = control & 0x10 ? fieldLength <= 182 : fieldLength === 183;
    demand(ok, `adaptation_field_length ${fieldLength}`);
  }
  const from = fieldLength === undefined ? 4 : 5 + fieldLength;
  return {
    ...head,
    ...readAdaptation(packet.subarray(5, Math.max(5, from))),
    ...(control & 0x10 && { payload: packet.subarray(from) }),
  };
}

function readAdaptation(field: Buffer): { randomAccess: boolean; pcr?: number } {
  if (field.length === 0) return { randomAccess: false };
  const flags = field[0]!;
  demand((flags & ~0x50) === 0, `adaptation flags ${flags.toString(16)}`);
  const hasPcr = (flags & 0x10) !== 0;
  demand(
    field.subarray(hasPcr ? 7 : 1).every((byte) => byte === 0xff),
    'stuffing other than 0xff',
  );
  if (!hasPcr) return { randomAccess: (flags & 0x40) !== 0 };
  demand((field[5]! & 0x7f) === 0x7e && field[6] === 0, 'a PCR with reserved bits at 0, or an extension');
  return { randomAccess: (flags & 0x40) !== 0, pcr: field.readUInt32BE(1) * 2 + (field[5]! >> 7) };
}

/** The PES packets of the PIDs that are no tables. Throws when one lacks its start, its markers or its length. */
export function readPes(packets: readonly TsPacket[], tablePids: readonly number[] = [0, 0x1000]): DemuxedPes[] {
  const open = new Map<number, { first: number; last: number; pieces: Buffer[] }>();
  const found: DemuxedPes[] = [];
  const close = (pid: number): void => {
    const pes = open.get(pid);
    if (pes)
      found.push(parsePes(pid, pes.first, pes.last, packets[pes.first]!.randomAccess, Buffer.concat(pes.pieces)));
  };
  for (const [index, { pid, unitStart, payload }] of packets.entries()) {
    if (tablePids.includes(pid) || !payload) continue;
    if (unitStart) {
      close(pid);
      open.set(pid, { first: index, last: index, pieces: [] });
    }
    const pes = open.get(pid);
    if (!pes) throw new RangeError(`PID ${pid} begins in the middle`);
    pes.pieces.push(payload);
    pes.last = index;
  }
  for (const pid of open.keys()) close(pid);
  return found.sort((a, b) => a.firstPacket - b.firstPacket);
}

function parsePes(
  pid: number,
  firstPacket: number,
  lastPacket: number,
  randomAccess: boolean,
  bytes: Buffer,
): DemuxedPes {
  demand(bytes.readUIntBE(0, 3) === 1, 'a PES packet without start code');
  const length = bytes.readUInt16BE(4);
  demand(length === bytes.length - 6 || (length === 0 && bytes.length > 0xffff), `PES_packet_length ${length}`);
  demand((bytes[6]! & 0xc0) === 0x80, 'a PES header without its marker');
  const hasDts = bytes[7] === 0xc0;
  demand(hasDts || bytes[7] === 0x80, `PES flags ${bytes[7]}`);
  demand(bytes[8] === (hasDts ? 10 : 5), `PES_header_data_length ${bytes[8]}`);
  const pts = readTimestamp(bytes.subarray(9, 14), hasDts ? 3 : 2);
  const dts = hasDts ? readTimestamp(bytes.subarray(14, 19), 1) : pts;
  const payload = bytes.subarray(9 + bytes[8]!);
  return { pid, streamId: bytes[3]!, pts, dts, hasDts, randomAccess, firstPacket, lastPacket, payload };
}

function readTimestamp(bytes: Buffer, prefix: number): number {
  demand(bytes[0]! >> 4 === prefix, `time stamp prefix ${bytes[0]! >> 4}`);
  demand((bytes[0]! & bytes[2]! & bytes[4]! & 1) === 1, 'a time stamp without its markers');
  return ((bytes[0]! >> 1) & 7) * 2 ** 30 + (bytes.readUInt16BE(1) >> 1) * 2 ** 15 + (bytes.readUInt16BE(3) >> 1);
}

/** Where counters do not run on: at most one sentence a place. Counters of PIDs not in `before` may begin anywhere. */
export function counterBreaks(packets: readonly TsPacket[], before = new Map<number, number>()): string[] {
  const breaks: string[] = [];
  for (const [index, { pid, counter, payload }] of packets.entries()) {
    const last = before.get(pid);
    const due = last === undefined || !payload ? (last ?? counter) : (last + 1) % 16;
    if (counter !== due) breaks.push(`packet ${index} of PID ${pid} has ${counter}, expected ${due}`);
    before.set(pid, counter);
  }
  return breaks;
}

/** How much later `to` is than `from`, both 33 bits: between minus and plus 2^32. */
export function ticksBetween(from: number, to: number): number {
  const distance = (((to - from) % 2 ** 33) + 2 ** 33) % 2 ** 33;
  return distance >= 2 ** 32 ? distance - 2 ** 33 : distance;
}

/** NAL units between Annex B start codes of four bytes. */
export function nalsOf(stream: Buffer): Buffer[] {
  const startCode = Buffer.from([0, 0, 0, 1]);
  const nals: Buffer[] = [];
  for (let at = stream.indexOf(startCode); at >= 0;) {
    const next = stream.indexOf(startCode, at + 4);
    nals.push(stream.subarray(at + 4, next < 0 ? stream.length : next));
    at = next;
  }
  return nals;
}

/** Raw AAC frames between ADTS headers of seven bytes. */
export function adtsFramesOf(stream: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    demand(stream.readUInt16BE(at) === 0xfff1, 'no ADTS header where one is due');
    const length = (stream.readUIntBE(at + 3, 3) >> 5) & 0x1fff;
    frames.push(stream.subarray(at + 7, at + length));
    at += length;
  }
  return frames;
}

function demand(fact: boolean, otherwise: string): void {
  if (!fact) throw new RangeError(otherwise);
}
