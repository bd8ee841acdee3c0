/** The timestamps a source sends: those of its encoders one after the other, and the jumps it was told to make. PURE. */
import { ContinuityCounters } from './continuity.js';
import { TICKS_PER_SECOND, TICKS_WRAP } from './packet.js';
import { shiftTimestamps } from './timestamps.js';

/** Far enough from 0 to jump back an hour or two without a wrap. */
const FIRST_TICKS = 3 * 3600 * TICKS_PER_SECOND;
const BELOW_WRAP_SECONDS = 3;

export class Clockwork {
  private offsetTicks = FIRST_TICKS;
  private readonly counters = new ContinuityCounters();

  jump(seconds: number): void {
    this.offsetTicks += Math.round(seconds * TICKS_PER_SECOND);
  }

  /** Goes on three seconds before the wrap. `mediaTicks`: media since the source began. */
  wrapSoon(mediaTicks: number): void {
    this.offsetTicks = TICKS_WRAP - BELOW_WRAP_SECONDS * TICKS_PER_SECOND - mediaTicks;
  }

  /** In place: `takeTicks` is how far into the source's media the packet's encoder began. */
  stamp(packet: Buffer, takeTicks: number): void {
    shiftTimestamps(packet, takeTicks + this.offsetTicks);
    this.counters.renumber(packet);
  }
}
