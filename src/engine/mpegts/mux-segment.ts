/**
 * A classic HLS segment (rfc8216bis 3.1.1, ISO/IEC 13818-1) from samples of our CMAF renditions: nothing is encoded
 * twice. A pure function of the segment: the same samples and number give the same bytes, on any machine, after any
 * restart, for every rendition.
 *
 * Continuity counters need no memory either. Every segment holds one PAT and one PMT, so their counter is the segment's
 * number modulo 16; the packets of video and of sound fill whole cycles of 16, so both begin at 0. That costs 0 to 15
 * packets a PID (1.4 kB on average), and in return counters also stay continuous when a viewer changes rendition.
 */
import type { AccessUnit } from './access-unit.js';
import type { AacConfig } from './adts.js';
import type { AvcConfig } from './annex-b.js';
import { COUNTER_CYCLE, PACKET_BYTES, packetise, writeClockPacket, writeSectionPacket } from './packet.js';
import { audioPes, videoPes, writePes } from './pes.js';
import { PAT_PID, PMT_PID, programAssociation, programMap } from './psi.js';
import { clockTrack, interleave, plainTrack, type Emission } from './schedule.js';

export interface VideoTrack {
  readonly config: AvcConfig;
  /** In decoding order; a segment of ours begins with an IDR picture. */
  readonly units: readonly AccessUnit[];
}

export interface AudioTrack {
  readonly config: AacConfig;
  /** In order. */
  readonly units: readonly AccessUnit[];
}

/** Picture, sound, or both: the renditions of one segment number that go into one file. */
export interface TsSegment {
  /** The segment's number on the house grid. */
  readonly number: number;
  readonly video?: VideoTrack;
  readonly audio?: AudioTrack;
}

/** 128 ms at 48 kHz: longer PES packets save little more. */
const AAC_FRAMES_PER_PES = 6;
/** 85 ms at 48 kHz: where sound carries the clock, a PCR goes with every PES packet. */
const AAC_FRAMES_PER_CLOCK_PES = 4;

/**
 * The bytes of the `.ts` file. Throws RangeError when there is neither picture nor sound, when a track that carries
 * the clock is empty, or when times run backwards.
 */
export function muxSegment(segment: TsSegment): Buffer {
  const emissions = schedule(segment);
  const packets = emissions.reduce((sum, each) => sum + each.packets, 0);
  const bytes = Buffer.allocUnsafe((2 + packets) * PACKET_BYTES);
  const streams = { video: segment.video !== undefined, audio: segment.audio !== undefined };
  const sectionCounter = segment.number % COUNTER_CYCLE;
  writeSectionPacket(bytes, 0, PAT_PID, sectionCounter, programAssociation());
  writeSectionPacket(bytes, PACKET_BYTES, PMT_PID, sectionCounter, programMap(streams));
  writeEmissions(bytes, 2 * PACKET_BYTES, emissions);
  return bytes;
}

function schedule({ video, audio }: TsSegment): Emission[] {
  for (const track of [video, audio]) if (track) checkTimes(track.units);
  if (!(video ?? audio)?.units.length) throw new RangeError('a segment needs pictures or sound to carry its clock');
  if (!video) return audio ? clockTrack(audioPes(audio.config, audio.units, AAC_FRAMES_PER_CLOCK_PES)) : [];
  const sound = audio ? plainTrack(audioPes(audio.config, audio.units, AAC_FRAMES_PER_PES)) : [];
  return interleave(clockTrack(videoPes(video.config, video.units)), sound);
}

function checkTimes(units: readonly AccessUnit[]): void {
  let previous = -Infinity;
  for (const { decodeTicks, presentationTicks } of units) {
    if (decodeTicks <= previous) throw new RangeError(`decode time ${decodeTicks} follows ${previous}`);
    // CMAF may offset pictures to before their decode time; a transport stream cannot (2.4.3.7).
    if (presentationTicks < decodeTicks) throw new RangeError(`shown at ${presentationTicks}, decoded ${decodeTicks}`);
    previous = decodeTicks;
  }
}

function writeEmissions(bytes: Buffer, from: number, emissions: readonly Emission[]): void {
  /** Of the next packet with payload, by PID. */
  const counters = new Map<number, number>();
  let at = from;
  for (const emission of emissions) {
    const end = at + emission.packets * PACKET_BYTES;
    if (emission.kind === 'clock') {
      const { pid, pcrTicks } = emission;
      writeClockPacket(bytes, at, pid, ((counters.get(pid) ?? 0) + COUNTER_CYCLE - 1) % COUNTER_CYCLE, pcrTicks);
    } else {
      const { pes, adaptation, packets } = emission;
      const counter = counters.get(pes.pid) ?? 0;
      writePes(bytes, end - pes.bytes, pes);
      packetise(bytes, at, { pid: pes.pid, counter, packets, payloadBytes: pes.bytes, adaptation });
      counters.set(pes.pid, (counter + packets) % COUNTER_CYCLE);
    }
    at = end;
  }
}
