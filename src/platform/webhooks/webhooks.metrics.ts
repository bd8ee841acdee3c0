/** How webhooks fare: what was delivered, what was not, what waits. */
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { MetricsRegistry } from '../metrics/index.js';

/** Of an attempt, or of what was never tried. */
export const WEBHOOK_OUTCOMES = ['delivered', 'retried', 'failed', 'gone', 'dropped'] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

@Injectable()
export class WebhookMetrics {
  private readonly deliveries: Counter;

  constructor(@Inject(MetricsRegistry) private readonly metrics: MetricsRegistry) {
    this.deliveries = new Counter({
      name: 'lockstep_webhook_deliveries_total',
      help: 'Webhooks delivered, not taken but to be retried, given up, refused for good, dropped as too many',
      labelNames: ['outcome'],
      registers: [metrics.registry],
    });
    for (const outcome of WEBHOOK_OUTCOMES) this.deliveries.inc({ outcome }, 0);
  }

  count(outcome: WebhookOutcome, deliveries = 1): void {
    this.deliveries.inc({ outcome }, deliveries);
  }

  /** `pending` is asked at scrape. */
  countPending(pending: () => Promise<number>): void {
    new Gauge({
      name: 'lockstep_webhook_pending',
      help: 'Webhooks that wait to be delivered',
      registers: [this.metrics.registry],
      async collect() {
        this.set(await pending());
      },
    });
  }
}
