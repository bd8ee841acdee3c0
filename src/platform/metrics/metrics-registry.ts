/** Where capabilities hang their metrics; asked at scrape time, so nothing is counted twice. */
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { tellBuild } from './build-info.js';
import { watchEventLoop } from './event-loop.js';

@Injectable()
export class MetricsRegistry {
  readonly registry = new Registry();
  private readonly requests = new Counter({
    name: 'lockstep_http_requests_total',
    help: 'Requests answered, by route pattern',
    labelNames: ['route', 'method', 'status_class'],
    registers: [this.registry],
  });
  private readonly durations = new Histogram({
    name: 'lockstep_http_request_duration_seconds',
    help: 'Time to the end of an answer, holds included',
    labelNames: ['route'],
    buckets: [0.005, 0.02, 0.1, 0.3, 1, 3, 10],
    registers: [this.registry],
  });

  constructor() {
    tellBuild(this.registry);
    watchEventLoop(this.registry);
    collectDefaultMetrics({ register: this.registry, prefix: 'lockstep_node_' });
  }

  /** An answer has been sent. `route` is the pattern, never the path: labels are a closed set. */
  countRequest(route: string, method: string, status: number, seconds: number): void {
    this.requests.inc({ route, method, status_class: `${Math.floor(status / 100)}xx` });
    this.durations.observe({ route }, seconds);
  }
}
