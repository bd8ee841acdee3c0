/** What `explain` computes, as metrics: where the latency of a stream goes, and how fast its encoders are. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { collectedGauge, MetricsRegistry, type Sample } from '../../platform/metrics/index.js';
import { ExplainService, type ExplanationDto } from '../explain/index.js';
import { StreamsService } from '../streams.service.js';

@Injectable()
export class ExplainedMetrics implements OnModuleInit {
  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(ExplainService) private readonly explainer: ExplainService,
  ) {}

  onModuleInit(): void {
    const { registry } = this.metrics;
    collectedGauge(
      registry,
      {
        name: 'lockstep_stream_latency_seconds',
        help: 'Where the time goes between a picture and its viewers; a leg that cannot be known is absent',
        labels: ['stream', 'leg'],
      },
      () =>
        this.explained(({ latency }) =>
          latency.legs.map(({ name, ms }) => ({ labels: { leg: name }, value: ms === null ? undefined : ms / 1000 })),
        ),
    );
    collectedGauge(
      registry,
      {
        name: 'lockstep_rung_speed_ratio',
        help: 'How many times faster than real time an encoder works; absent while it is silent',
        labels: ['stream', 'rendition'],
      },
      () =>
        this.explained(({ rungs }) =>
          rungs.map(({ name, speed }) => ({ labels: { rendition: name }, value: speed ?? undefined })),
        ),
    );
  }

  private explained(
    samplesOf: (explanation: ExplanationDto) => { labels: Record<string, string>; value: number | undefined }[],
  ): Sample[] {
    const active = this.streams.list().filter((stream) => stream.active);
    return active.flatMap(({ id }) =>
      samplesOf(this.explainer.explain(id)).flatMap(({ labels, value }) =>
        value === undefined ? [] : [{ labels: { stream: id, ...labels }, value }],
      ),
    );
  }
}
