/** What becomes of a request that may not be answered: counted, logged, and refused ever more shortly. */
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import type { Clock } from '../../engine/clock.js';
import { CLOCK } from '../clock.js';
import { networkOf, TokenBuckets } from '../limits/index.js';
import { LOGGER } from '../logging/index.js';
import { MetricsRegistry } from '../metrics/index.js';

export const FAILURE_REASONS = ['missing', 'refused', 'scope', 'host', 'origin'] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Wrong tokens from one address; more of them are neither answered nor logged one by one. */
const REFUSALS_PER_MINUTE = 10;

@Injectable()
export class AuthFailures {
  private readonly refusals = new TokenBuckets(REFUSALS_PER_MINUTE);
  private readonly total: Counter<'reason'>;

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MetricsRegistry) metrics: MetricsRegistry,
  ) {
    this.total = new Counter({
      name: 'lockstep_auth_failures_total',
      help: 'Requests refused because of their token, their scope, or the page they came from',
      labelNames: ['reason'],
      registers: [metrics.registry],
    });
    for (const reason of FAILURE_REASONS) this.total.inc({ reason }, 0);
  }

  count(reason: FailureReason): void {
    this.total.inc({ reason });
  }

  /**
   * A token that is none of ours: 0, or the seconds for which its address is only told to wait. The token itself is in
   * no log. Whoever shows a good one is let in all the while: a client with an old token must not shut out its neighbours.
   */
  refused(request: FastifyRequest): number {
    this.count('refused');
    const address = networkOf(request.ip);
    const seconds = this.refusals.take(address, this.clock.now());
    const path = request.url.split('?')[0];
    if (seconds === 0) this.log.warn({ address, method: request.method, path }, 'a token was refused');
    return seconds;
  }
}
