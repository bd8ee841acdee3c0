/** Who is being told at this moment: so many at once, and none so slow that others wait for it. */
import type { Delivery } from './outbox.js';

/** In all; of an endpoint that takes what it is sent; of one that did not take the last thing; of all of those together. */
const PLACES = { all: 64, well: 4, ailing: 1, allAiling: 32 };

/** Gives whether the endpoint took it; rejects only when it was broken off. */
export type Attempt = (delivery: Delivery, signal: AbortSignal) => Promise<boolean>;

export class Attempts {
  /** By delivery id. */
  private readonly running = new Map<string, { readonly endpoint: string; readonly over: Promise<void> }>();
  private readonly ailing = new Set<string>();
  private readonly stopping = new AbortController();

  /** `onPlaceFree` is told whenever another one may begin. */
  constructor(
    private readonly attempt: Attempt,
    private readonly onPlaceFree: () => void,
  ) {}

  underWay(endpoint: string): number {
    return [...this.running.values()].filter((attempt) => attempt.endpoint === endpoint).length;
  }

  /** How many more attempts may begin for this endpoint. */
  placesFor(endpoint: string): number {
    if (this.stopping.signal.aborted) return 0;
    const isAiling = this.ailing.has(endpoint);
    const ailing = [...this.running.values()].filter((attempt) => this.ailing.has(attempt.endpoint)).length;
    const own = (isAiling ? PLACES.ailing : PLACES.well) - this.underWay(endpoint);
    const shared = PLACES.all - this.running.size;
    return Math.max(0, Math.min(own, shared, isAiling ? PLACES.allAiling - ailing : shared));
  }

  /** Begins an attempt, unless one for the same delivery is under way. */
  begin(delivery: Delivery): void {
    const { id, endpoint } = delivery;
    if (this.running.has(id) || this.placesFor(endpoint) === 0) return;
    this.running.set(id, { endpoint, over: this.run(delivery) });
  }

  /** Breaks off all attempts; none begins any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.idle();
  }

  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all([...this.running.values()].map(({ over }) => over));
  }
  private async run(delivery: Delivery): Promise<void> {
    const { signal } = this.stopping;
    try {
      if (await this.attempt(delivery, signal)) this.ailing.delete(delivery.endpoint);
      else this.ailing.add(delivery.endpoint);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.running.delete(delivery.id);
    }
    if (!signal.aborted) this.onPlaceFree();
  }
}
