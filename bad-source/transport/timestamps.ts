/** The mischief with time: PCR, PTS and DTS of a packet, moved. PURE. */
import { pcrOffset, pesTimeOffsets, readPcr, readTime, wrapTicks, writePcr, writeTime } from './packet.js';

/** Moves every timestamp in a packet by `ticks` (negative: back), modulo 2^33, and nothing else. In place. */
export function shiftTimestamps(packet: Buffer, ticks: number): void {
  const pcr = pcrOffset(packet);
  if (pcr !== undefined) writePcr(packet, pcr, wrapTicks(readPcr(packet, pcr) + ticks));
  const { pts, dts } = pesTimeOffsets(packet);
  for (const at of [pts, dts]) if (at !== undefined) writeTime(packet, at, wrapTicks(readTime(packet, at) + ticks));
}

/** When the unit that begins in this packet is decoded: DTS, or PTS where there is none. Undefined within a unit. */
export function decodeTicks(packet: Buffer): number | undefined {
  const { pts, dts } = pesTimeOffsets(packet);
  const at = dts ?? pts;
  return at === undefined ? undefined : readTime(packet, at);
}
