/** In which order a segment's PES packets go into the file, which of them tell the clock, and in how many packets. */
import { COUNTER_CYCLE, packetsFor, type Adaptation } from './packet.js';
import type { PesPacket } from './pes.js';

/** One PES packet in its transport packets. */
export interface PesEmission {
  readonly kind: 'pes';
  readonly pes: PesPacket;
  /** When it has to be decoded, 90 kHz ticks, not wrapped: the order of the file. */
  readonly ticks: number;
  readonly adaptation: Adaptation;
  readonly packets: number;
}

/** One packet that only tells the clock. */
export interface ClockEmission {
  readonly kind: 'clock';
  readonly pid: number;
  readonly ticks: number;
  readonly pcrTicks: number;
  readonly packets: 1;
}

export type Emission = PesEmission | ClockEmission;

/** The longest distance of two PCRs (ISO/IEC 13818-1 2.7.2): 100 ms. */
export const MAX_PCR_INTERVAL_TICKS = 9_000;

/**
 * The PCR before a picture is its decode time less 100 ms. As that is also the longest distance of two PCRs, the whole
 * picture has arrived, by the stream's own clock, when it has to be decoded.
 */
export const PCR_LEAD_TICKS = MAX_PCR_INTERVAL_TICKS;

/** The track that carries the clock: a PCR on every PES packet, and packets of its own where these are far apart. */
export function clockTrack(packets: readonly PesPacket[]): Emission[] {
  const emissions: Emission[] = [];
  let told = packets[0]?.decodeTicks ?? 0;
  for (const pes of packets) {
    while (pes.decodeTicks - told > MAX_PCR_INTERVAL_TICKS) {
      told += MAX_PCR_INTERVAL_TICKS;
      emissions.push({ kind: 'clock', pid: pes.pid, ticks: told, pcrTicks: told - PCR_LEAD_TICKS, packets: 1 });
    }
    told = pes.decodeTicks;
    emissions.push(emission(pes, { pcrTicks: told - PCR_LEAD_TICKS, randomAccess: pes.randomAccess }));
  }
  return wholeCycles(emissions);
}

/** A track that leaves the clock to another. */
export function plainTrack(packets: readonly PesPacket[]): Emission[] {
  return wholeCycles(packets.map((pes) => emission(pes, { randomAccess: pes.randomAccess })));
}

function emission(pes: PesPacket, adaptation: Adaptation): PesEmission {
  return { kind: 'pes', pes, ticks: pes.decodeTicks, adaptation, packets: packetsFor(pes.bytes, adaptation) };
}

/**
 * Spreads the last PES packet over so many more packets that the track fills whole cycles of the continuity counter:
 * it begins at 0 and ends at 15 in every segment, so none needs to know the one before it. A PES packet is at least
 * 20 bytes long (a header, and a delimiter or an ADTS header): enough for a byte in each.
 */
function wholeCycles(emissions: readonly Emission[]): Emission[] {
  const carrying = emissions.reduce((sum, { kind, packets }) => sum + (kind === 'pes' ? packets : 0), 0);
  const missing = (COUNTER_CYCLE - (carrying % COUNTER_CYCLE)) % COUNTER_CYCLE;
  const last = emissions.findLast(({ kind }) => kind === 'pes');
  return emissions.map((each) =>
    each === last && each.kind === 'pes' ? { ...each, packets: each.packets + missing } : each,
  );
}

/** Both tracks by decode time; the clock goes first, and before all else, because nothing can be timed without it. */
export function interleave(clock: readonly Emission[], other: readonly Emission[]): Emission[] {
  const [first, ...rest] = clock;
  if (!first) return [...other];
  return [first, ...[...rest, ...other].sort((a, b) => a.ticks - b.ticks)];
}
