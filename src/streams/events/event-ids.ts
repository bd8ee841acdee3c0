/** Names of events that sort by time and are never given twice, not even by another life of the server. PURE. */

export const EVENT_ID = /^evt_[0-9a-f]{24}$/;

/** 48 bits of Unix ms, 16 bits that count within it, 32 random bits of this life. */
export class EventIds {
  private lastMs = 0;
  private count = 0;

  /** `life`: eight hexadecimal digits, new at every start. */
  constructor(private readonly life: string) {}

  /** Greater than all before it, even if `nowMs` (Unix ms) is not. */
  next(nowMs: number): string {
    const ms = Math.max(Math.floor(nowMs), this.lastMs);
    this.count = ms === this.lastMs ? this.count + 1 : 0;
    this.lastMs = ms;
    if (this.count > 0xffff) {
      this.lastMs += 1;
      this.count = 0;
    }
    return `evt_${hex(this.lastMs, 12)}${hex(this.count, 4)}${this.life}`;
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
