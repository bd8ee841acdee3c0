/** What a worker saw of held requests since its last report, for the ledger. */
import { SAMPLE } from './wake-ledger.js';

export interface WakeSample {
  readonly kind: 'playlist' | 'hinted part';
  /** Address of the playlist, without a query. */
  readonly track: string;
  readonly asked: number;
  readonly shown: number;
  readonly sentAtMs: number;
  readonly firstByteAtMs: number;
  readonly doneAtMs: number;
  /** Milliseconds since 1970; 0 when unknown. */
  readonly mediaEndMs: number;
}

export class WakeSamples {
  private readonly numbers = new Map<string, number>();
  private fields = new Float64Array(1024 * SAMPLE.length);
  private used = 0;

  add(sample: WakeSample): void {
    if (this.used === this.fields.length) {
      const larger = new Float64Array(this.fields.length * 2);
      larger.set(this.fields);
      this.fields = larger;
    }
    const { fields, used } = this;
    fields[used + SAMPLE.track] = this.numberOf(sample.track);
    fields[used + SAMPLE.kind] = sample.kind === 'playlist' ? 0 : 1;
    fields[used + SAMPLE.asked] = sample.asked;
    fields[used + SAMPLE.shown] = sample.shown;
    fields[used + SAMPLE.sentAt] = sample.sentAtMs;
    fields[used + SAMPLE.firstByteAt] = sample.firstByteAtMs;
    fields[used + SAMPLE.doneAt] = sample.doneAtMs;
    fields[used + SAMPLE.mediaEnd] = sample.mediaEndMs;
    this.used += SAMPLE.length;
  }

  /** Samples since the last time, and the addresses of all tracks by number. */
  take(): { readonly samples: Float64Array; readonly tracks: readonly string[] } {
    const samples = this.fields.slice(0, this.used);
    this.used = 0;
    return { samples, tracks: [...this.numbers.keys()] };
  }

  private numberOf(track: string): number {
    const known = this.numbers.get(track);
    if (known !== undefined) return known;
    this.numbers.set(track, this.numbers.size);
    return this.numbers.size - 1;
  }
}
