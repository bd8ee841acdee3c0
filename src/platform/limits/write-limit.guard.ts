/** Bounds how often one client may change something. A loop that has gone wild is stopped here. */
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../engine/clock.js';
import { Problem } from '../../engine/problem.js';
import { CLOCK } from '../clock.js';
import { SETTINGS, type Settings } from '../settings/index.js';
import { clientKey } from './client.js';
import { TokenBuckets } from './token-bucket.js';

export const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

@Injectable()
export class WriteLimit implements CanActivate {
  private readonly writes: TokenBuckets;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.writes = new TokenBuckets(settings.writeRateLimit);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const limit = this.settings.writeRateLimit;
    if (limit === 0 || READING.has(request.method)) return true;
    const seconds = this.writes.take(clientKey(request), this.clock.now());
    if (seconds === 0) return true;
    const detail = `More than ${limit} changes a minute were asked for (WRITE_RATE_LIMIT). The next one is in ${seconds} s.`;
    throw new Problem('too-many-requests', { limit, retryAfterSeconds: seconds }, { detail });
  }
}
