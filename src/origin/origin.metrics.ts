/** Delivery figures, asked at scrape time. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { collectedCounter, collectedGauge, collectedHistogram, MetricsRegistry } from '../platform/metrics/index.js';
import { Catalogue } from './catalogue.js';
import { TextCache } from './rendered-text.js';
import { WAKE_BOUNDS_SECONDS, WAKE_KINDS, WakeLatency } from './wake-latency.js';

@Injectable()
export class OriginMetrics implements OnModuleInit {
  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(Catalogue) private readonly catalogue: Catalogue,
    @Inject(TextCache) private readonly texts: TextCache,
    @Inject(WakeLatency) private readonly latency: WakeLatency,
  ) {}

  onModuleInit(): void {
    const { registry } = this.metrics;
    collectedGauge(
      registry,
      { name: 'lockstep_held_requests', help: 'Playlist and media requests waiting for what they named' },
      () => [{ value: this.catalogue.held }],
    );
    collectedCounter(
      registry,
      {
        name: 'lockstep_manifest_renders_total',
        help: 'Manifest texts rendered; independent of the number of viewers',
      },
      () => [{ value: this.texts.renders }],
    );
    collectedHistogram(
      registry,
      {
        name: 'lockstep_wake_seconds',
        help: 'From a publication to the answer of a request that was held for it: playlists, files, parts of a segment in progress',
        labels: ['kind'],
        bounds: WAKE_BOUNDS_SECONDS,
      },
      () => WAKE_KINDS.map((kind) => ({ labels: { kind }, ...bucketsOf(this.latency, kind) })),
    );
  }
}

function bucketsOf(latency: WakeLatency, kind: (typeof WAKE_KINDS)[number]) {
  const { counts, sum } = latency.of(kind);
  return { counts, sum };
}
