/** Transport packets (ISO/IEC 13818-1 2.4.3): 188 bytes each, and the only place where they are written. */
import { wrapTicks } from './ticks.js';

export const PACKET_BYTES = 188;
export const SYNC_BYTE = 0x47;
/** Values of the continuity counter: the packets of one PID that carry payload count 0 to 15, round and round. */
export const COUNTER_CYCLE = 16;

const HEADER_BYTES = 4;
const ROOM_BYTES = PACKET_BYTES - HEADER_BYTES;
const STUFFING_BYTE = 0xff;
const RANDOM_ACCESS = 0x40;
const PCR_PRESENT = 0x10;
const PAYLOAD_PRESENT = 0x10;
const ADAPTATION_PRESENT = 0x20;

/** What the adaptation field of a packet says; a packet that says nothing has none, unless it needs stuffing. */
export interface Adaptation {
  /** 90 kHz ticks, not wrapped. The 27 MHz extension is always 0: house time has no finer grain. */
  readonly pcrTicks?: number;
  /** random_access_indicator: decoding can start at the PES packet that begins here. */
  readonly randomAccess?: boolean;
}

/** Length and flags bytes, then the PCR. */
function adaptationBytes({ pcrTicks, randomAccess }: Adaptation): number {
  if (pcrTicks !== undefined) return 8;
  return randomAccess ? 2 : 0;
}

/** The fewest packets that hold `payloadBytes` when the first of them says `adaptation`. */
export const packetsFor = (payloadBytes: number, adaptation: Adaptation): number =>
  Math.ceil((payloadBytes + adaptationBytes(adaptation)) / ROOM_BYTES);

export interface Packetisation {
  readonly pid: number;
  /** Continuity counter of the first packet. */
  readonly counter: number;
  /** At least `packetsFor()`, at most one for every byte of payload. */
  readonly packets: number;
  readonly payloadBytes: number;
  /** Said by the first packet. */
  readonly adaptation: Adaptation;
}

/**
 * Cuts one PES packet into transport packets, in place. The payload lies whole at the end of the room its packets
 * take: every packet is longer than its payload, so moving the payload forward never overtakes what is still unread.
 * Packets beyond the fewest are had by leaving one byte of payload to each of the last.
 */
export function packetise(into: Buffer, from: number, plan: Packetisation): void {
  const end = from + plan.packets * PACKET_BYTES;
  let unread = end - plan.payloadBytes;
  for (let index = 0; index < plan.packets; index += 1) {
    const at = from + index * PACKET_BYTES;
    const adaptation = index === 0 ? plan.adaptation : {};
    const packetsAfter = plan.packets - index - 1;
    const payload = Math.min(ROOM_BYTES - adaptationBytes(adaptation), end - unread - packetsAfter);
    const fieldBytes = ROOM_BYTES - payload;
    // The payload goes first: the field before it is never longer than the room that leaves.
    into.copyWithin(at + HEADER_BYTES + fieldBytes, unread, unread + payload);
    unread += payload;
    writeHeader(into, at, plan.pid, index === 0, PAYLOAD_PRESENT | (fieldBytes > 0 ? ADAPTATION_PRESENT : 0));
    into[at + 3]! |= (plan.counter + index) % COUNTER_CYCLE;
    if (fieldBytes > 0) writeAdaptation(into, at + HEADER_BYTES, fieldBytes, adaptation);
  }
}

/** A packet without payload that only tells the time. It repeats the counter of the packet before it (2.4.3.3). */
export function writeClockPacket(into: Buffer, at: number, pid: number, lastCounter: number, pcrTicks: number): void {
  writeHeader(into, at, pid, false, ADAPTATION_PRESENT);
  into[at + 3]! |= lastCounter;
  writeAdaptation(into, at + HEADER_BYTES, ROOM_BYTES, { pcrTicks });
}

/** A packet that holds a whole PSI section, filled up with 0xff (2.4.4). */
export function writeSectionPacket(into: Buffer, at: number, pid: number, counter: number, section: Buffer): void {
  writeHeader(into, at, pid, true, PAYLOAD_PRESENT);
  into[at + 3]! |= counter;
  into[at + HEADER_BYTES] = 0; // pointer_field: the section begins at once
  const sectionEnd = at + HEADER_BYTES + 1 + section.copy(into, at + HEADER_BYTES + 1);
  into.fill(STUFFING_BYTE, sectionEnd, at + PACKET_BYTES);
}

function writeHeader(into: Buffer, at: number, pid: number, unitStart: boolean, control: number): void {
  into[at] = SYNC_BYTE;
  into[at + 1] = (unitStart ? 0x40 : 0) | (pid >> 8);
  into[at + 2] = pid & 0xff;
  into[at + 3] = control;
}

/** A field of exactly `bytes`, its length byte included; a field of one byte is that byte alone (2.4.3.5). */
function writeAdaptation(into: Buffer, at: number, bytes: number, { pcrTicks, randomAccess }: Adaptation): void {
  into[at] = bytes - 1;
  if (bytes === 1) return;
  into[at + 1] = (randomAccess ? RANDOM_ACCESS : 0) | (pcrTicks === undefined ? 0 : PCR_PRESENT);
  let used = at + 2;
  if (pcrTicks !== undefined) {
    const base = wrapTicks(pcrTicks);
    into.writeUInt32BE(Math.floor(base / 2), used);
    into[used + 4] = ((base % 2) << 7) | 0x7e; // six reserved bits, then the extension: 0
    into[used + 5] = 0;
    used += 6;
  }
  into.fill(STUFFING_BYTE, used, at + bytes);
}
