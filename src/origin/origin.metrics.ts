/** Delivery figures, asked at scrape time. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { MetricsRegistry } from '../platform/metrics/index.js';
import { Catalogue } from './catalogue.js';
import { TextCache } from './rendered-text.js';

@Injectable()
export class OriginMetrics implements OnModuleInit {
  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(Catalogue) private readonly catalogue: Catalogue,
    @Inject(TextCache) private readonly texts: TextCache,
  ) {}

  onModuleInit(): void {
    const { catalogue, texts } = this;
    const registers = [this.metrics.registry];
    new Gauge({
      name: 'lockstep_held_requests',
      help: 'Playlist and media requests waiting for what they named',
      registers,
      collect() {
        this.set(catalogue.held);
      },
    });
    new Counter({
      name: 'lockstep_manifest_renders_total',
      help: 'Manifest texts rendered; independent of the number of viewers',
      registers,
      collect() {
        this.reset();
        this.inc(texts.renders);
      },
    });
  }
}
