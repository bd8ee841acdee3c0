/** How far the decode times of one encoder have come. PURE. */
import { pidOf, TICKS_WRAP, wrapTicks } from '../transport/packet.js';
import { decodeTicks } from '../transport/timestamps.js';

/** They never run back, and a wrap is not the end of them. */
export class TakeTimes {
  ticks = 0;
  private lastWrapped = 0;
  private readonly tracks = new Map<number, { last: number; step: number }>();

  /** Whether a later moment begins in this packet. */
  goesOnIn(packet: Buffer): boolean {
    const decode = decodeTicks(packet);
    return decode !== undefined && this.since(decode) > 0;
  }

  take(packet: Buffer): void {
    const decode = decodeTicks(packet);
    if (decode === undefined) return;
    const at = this.ticks + this.since(decode);
    const before = this.tracks.get(pidOf(packet));
    this.tracks.set(pidOf(packet), { last: at, step: before ? at - before.last : 0 });
    if (at <= this.ticks) return;
    this.ticks = at;
    this.lastWrapped = decode;
  }

  get endTicks(): number {
    return Math.max(0, ...[...this.tracks.values()].map(({ last, step }) => last + step));
  }

  /** Half of the range of a timestamp counts as ahead, the other half as behind. */
  private since(decode: number): number {
    const ahead = wrapTicks(decode - this.lastWrapped);
    return ahead < TICKS_WRAP / 2 ? ahead : ahead - TICKS_WRAP;
  }
}
