/** The outbox as a full or broken disk leaves it: what is refused is kept in memory, and written when that is possible. */
import type { Logger } from 'pino';
import type { DeliveryChange, NewDelivery, Outbox } from './outbox.js';

/** The newest; more would be a leak. */
const MOST_UNWRITTEN = 1000;

export class PatientOutbox {
  private added: readonly NewDelivery[] = [];
  private readonly changed = new Map<string, DeliveryChange>();

  constructor(
    private readonly outbox: Outbox,
    private readonly log: Logger,
  ) {}

  /** Never rejects. */
  async add(deliveries: readonly NewDelivery[]): Promise<void> {
    try {
      await this.outbox.add(deliveries);
    } catch (error) {
      this.log.error({ err: error, count: deliveries.length }, 'webhooks cannot be written down; it is tried again');
      this.added = [...this.added, ...deliveries].slice(-MOST_UNWRITTEN);
    }
  }

  /** What became of a delivery. Never rejects. */
  async update(id: string, change: DeliveryChange): Promise<void> {
    try {
      await this.outbox.update(id, change);
      this.changed.delete(id);
    } catch (error) {
      this.log.error({ err: error, webhook: id }, 'what became of a webhook cannot be written down; it is tried again');
      this.changed.set(id, change);
    }
  }

  /** What the disk says of it is out of date: it must not be sent by that. */
  isOverdue(id: string): boolean {
    return this.changed.has(id);
  }

  /** Writes what was refused. Never rejects. */
  async retry(): Promise<void> {
    const { added } = this;
    this.added = [];
    if (added.length > 0) await this.add(added);
    for (const [id, change] of [...this.changed]) await this.update(id, change);
  }
}
