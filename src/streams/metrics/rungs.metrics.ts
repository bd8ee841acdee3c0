/** Every rung of the streams that run: its encoder, its queue, what it publishes and when; true at scrape. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { PUBLISH_DELAY_BOUNDS_MS, type RungVitals } from '../../engine/pipeline/index.js';
import {
  collectedCounter,
  collectedGauge,
  collectedHistogram,
  MetricsRegistry,
  type Sample,
} from '../../platform/metrics/index.js';
import type { LiveStream } from '../live/index.js';
import { StreamsService } from '../streams.service.js';

const LABELS = ['stream', 'rendition'] as const;

@Injectable()
export class RungsMetrics implements OnModuleInit {
  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(StreamsService) private readonly streams: StreamsService,
  ) {}

  onModuleInit(): void {
    this.registerEncoders();
    this.registerOutput();
  }

  private registerEncoders(): void {
    const { registry } = this.metrics;
    collectedGauge(
      registry,
      {
        name: 'lockstep_rung_up',
        help: '1 while the encoder of a rendition delivers, 0 while it is replaced',
        labels: LABELS,
      },
      () => this.health(({ state }) => (state === 'up' ? 1 : 0)),
    );
    collectedCounter(
      registry,
      {
        name: 'lockstep_rung_restarts_total',
        help: 'Times the encoder of a rendition has been replaced',
        labels: LABELS,
      },
      () => this.health(({ restarts }) => restarts),
    );
    this.gauge('lockstep_rung_queued_units', 'Units that wait for the encoder', ({ queuedUnits }) => queuedUnits);
    this.gauge(
      'lockstep_rung_encode_seconds',
      'From a unit to its fragment: median of the last second, absent while the encoder is silent',
      ({ encodeMs }) => (encodeMs === undefined ? undefined : encodeMs / 1000),
    );
  }

  private registerOutput(): void {
    this.counter(
      'lockstep_rung_parts_total',
      'Parts of a rendition since the stream started; whole segments where it has no parts',
      ({ parts }) => parts,
    );
    this.counter('lockstep_rung_gaps_total', 'Of these, parts that are gaps', ({ gaps }) => gaps);
    this.counter(
      'lockstep_rung_media_bytes_total',
      'Media in the segments of a rendition since the stream started: times eight a second, its bit rate',
      ({ mediaBytes }) => mediaBytes,
    );
    collectedHistogram(
      this.metrics.registry,
      {
        name: 'lockstep_rung_publish_delay_seconds',
        help: 'From the instant the media of a part ends to its announcement',
        labels: LABELS,
        bounds: PUBLISH_DELAY_BOUNDS_MS.map((bound) => bound / 1000),
      },
      () =>
        this.rungs().map(({ labels, rung: { publishDelays: counts, publishDelaySumMs } }) => ({
          ...{ labels, counts, sum: publishDelaySumMs / 1000 },
        })),
    );
  }

  private gauge(name: string, help: string, valueOf: (rung: RungVitals) => number | undefined): void {
    collectedGauge(this.metrics.registry, { name, help, labels: LABELS }, () => this.samples(valueOf));
  }

  private counter(name: string, help: string, valueOf: (rung: RungVitals) => number): void {
    collectedCounter(this.metrics.registry, { name, help, labels: LABELS }, () => this.samples(valueOf));
  }

  /** One value for each rung that has told of itself; undefined leaves one out. */
  private samples(valueOf: (rung: RungVitals) => number | undefined): Sample[] {
    return this.rungs().flatMap(({ labels, rung }) => {
      const value = valueOf(rung);
      return value === undefined ? [] : [{ labels, value }];
    });
  }

  private rungs(): { readonly labels: Record<string, string>; readonly rung: RungVitals }[] {
    return this.active().flatMap(({ id, vitals }) =>
      (vitals?.rungs ?? []).map((rung) => ({ labels: { stream: id, rendition: rung.name }, rung })),
    );
  }

  private health(valueOf: (rung: LiveStream['rungs'][number]) => number): Sample[] {
    return this.active().flatMap(({ id, rungs }) =>
      rungs.map((rung) => ({ labels: { stream: id, rendition: rung.name }, value: valueOf(rung) })),
    );
  }

  private active(): LiveStream[] {
    return this.streams.list().filter(({ active }) => active);
  }
}
