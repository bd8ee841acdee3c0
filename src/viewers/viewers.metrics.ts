/** Viewers, and what their players report, by stream; nginx's share of the answers. True at scrape. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { collectedCounter, collectedGauge, collectedHistogram, MetricsRegistry } from '../platform/metrics/index.js';
import { LINE_RESULTS, NginxShare } from './nginx-share.js';
import { byRendition } from './viewer-counts.js';
import { BUFFER_BOUNDS_SECONDS, ViewersService } from './viewers.service.js';

@Injectable()
export class ViewersMetrics implements OnModuleInit {
  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(ViewersService) private readonly viewers: ViewersService,
    @Inject(NginxShare) private readonly share: NginxShare,
  ) {}

  onModuleInit(): void {
    this.registerViewers();
    this.registerReports();
    this.registerShare();
  }

  private registerViewers(): void {
    const { registry } = this.metrics;
    collectedGauge(
      registry,
      { name: 'lockstep_stream_viewers', help: 'Unique viewers of a stream in the last 30 s', labels: ['stream'] },
      () =>
        this.viewers.all().map(({ streamId: stream, viewings }) => ({ labels: { stream }, value: viewings.length })),
    );
    collectedGauge(
      registry,
      {
        name: 'lockstep_viewers',
        help: 'Unique viewers of a rendition in the last 30 s; one who plays picture and sound is one of both',
        labels: ['stream', 'rendition'],
      },
      () =>
        this.viewers.all().flatMap(({ streamId: stream, renditions, viewings }) => {
          const counts = byRendition(viewings);
          return renditions.map((rendition) => ({ labels: { stream, rendition }, value: counts.get(rendition) ?? 0 }));
        }),
    );
  }

  private registerReports(): void {
    const { registry } = this.metrics;
    collectedCounter(
      registry,
      {
        name: 'lockstep_viewer_starvations_total',
        help: 'Times a player reported that its buffer had run empty (CMCD bs)',
        labels: ['stream'],
      },
      () => this.reports().map(({ labels, reports }) => ({ labels, value: reports.starvations })),
    );
    collectedHistogram(
      registry,
      {
        name: 'lockstep_viewer_buffer_seconds',
        help: 'Media in the buffers of players, as they report it (CMCD bl)',
        labels: ['stream'],
        bounds: BUFFER_BOUNDS_SECONDS,
      },
      () =>
        this.reports().map(({ labels, reports: { buffers } }) => ({
          ...{ labels, counts: buffers.counts, sum: buffers.sum },
        })),
    );
  }

  private registerShare(): void {
    const { share } = this;
    const { registry } = this.metrics;
    collectedCounter(
      registry,
      {
        name: 'lockstep_viewer_log_lines_total',
        help: "Lines of nginx's viewer log: counted, about something that is not on air, or not a line of ours",
        labels: ['result'],
      },
      () => LINE_RESULTS.map((result) => ({ labels: { result }, value: share.lines[result] })),
    );
    collectedCounter(
      registry,
      {
        name: 'lockstep_nginx_answers_total',
        help: 'Answers of nginx that its viewer log tells of: from disk, or with what the origin said',
        labels: ['kind', 'answered_by', 'status_class'],
      },
      () =>
        [...share.answers].map(({ kind, answeredBy, statusClass, count }) => ({
          ...{ labels: { kind, answered_by: answeredBy, status_class: statusClass }, value: count },
        })),
    );
    collectedCounter(
      registry,
      { name: 'lockstep_nginx_sent_bytes_total', help: 'Bytes of bodies in these answers', labels: ['kind'] },
      () => [...share.bytes].map(([kind, value]) => ({ labels: { kind }, value })),
    );
  }

  private reports() {
    return this.viewers.all().map(({ streamId }) => ({
      ...{ labels: { stream: streamId }, reports: this.viewers.reportsOf(streamId) },
    }));
  }
}
