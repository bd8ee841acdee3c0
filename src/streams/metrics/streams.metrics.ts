/** Every stream as it stands: its state, what its viewers see, its sources, its playout; true at scrape. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import {
  collectedCounter,
  collectedGauge,
  MetricsRegistry,
  type MetricTerms,
  type Sample,
} from '../../platform/metrics/index.js';
import { type LiveStream, STREAM_STATES } from '../live/index.js';
import { PROGRAMME_STEPS } from '../programme.js';
import { StreamsService } from '../streams.service.js';

@Injectable()
export class StreamsMetrics implements OnModuleInit {
  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(StreamsService) private readonly streams: StreamsService,
  ) {}

  onModuleInit(): void {
    this.registerStates();
    this.registerSources();
    this.registerPlayout();
  }

  private registerStates(): void {
    const { streams } = this;
    this.gauge({ name: 'streaming_active_streams', help: 'Streams whose encoders run or are about to' }, () => [
      { value: this.active().length },
    ]);
    this.gauge({ name: 'lockstep_streams', help: 'Streams by the state they are in', labels: ['state'] }, () =>
      STREAM_STATES.map((state) => ({
        labels: { state },
        value: streams.list().filter((stream) => stream.state === state).length,
      })),
    );
    this.gauge(
      {
        name: 'lockstep_stream_state',
        help: '1 for the state a stream is in, 0 for the others',
        labels: ['stream', 'state'],
      },
      () => streams.list().flatMap(({ id, state }) => oneOf(STREAM_STATES, state, 'state', id)),
    );
    this.gauge(
      {
        name: 'lockstep_stream_storage_writable',
        help: '1 while the media of a stream can be written, 0 while the disk refuses and its time becomes a gap',
        labels: ['stream'],
      },
      () =>
        this.active().map(({ id, storageRefusedSinceMs }) => ({
          labels: { stream: id },
          value: storageRefusedSinceMs === undefined ? 1 : 0,
        })),
    );
    this.gauge(
      {
        name: 'lockstep_stream_programme',
        help: '1 for what viewers of a stream see (its preferred source, a backup, the last picture, the slate), 0 for the rest',
        labels: ['stream', 'step'],
      },
      () => this.active().flatMap(({ id, programme }) => oneOf(PROGRAMME_STEPS, programme.step, 'step', id)),
    );
  }

  private registerSources(): void {
    this.gauge(
      {
        name: 'lockstep_source_up',
        help: '1 while a source of a stream delivers, 0 while it does not or is not asked to',
        labels: ['stream', 'source'],
      },
      () => this.sources(({ state }) => (state === 'up' ? 1 : 0)),
    );
    this.counter(
      {
        name: 'lockstep_source_losses_total',
        help: 'Times a source of a stream was lost since the stream started',
        labels: ['stream', 'source'],
      },
      () => this.sources(({ losses }) => losses),
    );
    this.gauge(
      {
        name: 'lockstep_source_lead_seconds',
        help: 'How long before its house time media of the source on air arrives; negative: after it',
        labels: ['stream', 'kind'],
      },
      () => this.active().flatMap(leads),
    );
  }

  private registerPlayout(): void {
    this.counter(
      {
        name: 'lockstep_playout_filled_units_total',
        help: 'House units no source filled since the stream started: pictures repeated or slate, AAC frames of silence',
        labels: ['stream', 'kind'],
      },
      () =>
        this.active().flatMap(({ id, vitals }) => {
          if (!vitals) return [];
          const { filledVideo: video, filledAudio: audio } = vitals.playout;
          return Object.entries({ video, audio }).map(([kind, value]) => ({ labels: { stream: id, kind }, value }));
        }),
    );
    this.playoutCounter(
      'lockstep_playout_dropped_frames_total',
      'Pictures of sources that arrived and were never shown: a burst at join, too early or too late',
      'droppedVideo',
    );
    this.playoutCounter(
      'lockstep_playout_anchor_moves_total',
      'Times the source was moved on the house clock since the stream started: its path or clock changed',
      'anchorMoves',
    );
  }

  private playoutCounter(name: string, help: string, count: 'droppedVideo' | 'anchorMoves'): void {
    this.counter({ name, help, labels: ['stream'] }, () =>
      this.active().flatMap(({ id, vitals }) =>
        vitals ? [{ labels: { stream: id }, value: vitals.playout[count] }] : [],
      ),
    );
  }

  private sources(valueOf: (source: LiveStream['sources'][number]) => number): Sample[] {
    return this.active().flatMap(({ id, sources }) =>
      sources.map((source, index) => ({ labels: { stream: id, source: String(index) }, value: valueOf(source) })),
    );
  }

  private active(): LiveStream[] {
    return this.streams.list().filter(({ active }) => active);
  }

  private gauge(terms: MetricTerms, samples: () => Sample[]): void {
    collectedGauge(this.metrics.registry, terms, samples);
  }

  private counter(terms: MetricTerms, samples: () => Sample[]): void {
    collectedCounter(this.metrics.registry, terms, samples);
  }
}

/** 1 for the one that is so, 0 for the others. */
const oneOf = (all: readonly string[], is: string, label: string, stream: string): Sample[] =>
  all.map((value) => ({ labels: { stream, [label]: value }, value: value === is ? 1 : 0 }));

function leads({ id, vitals, sourceConnected }: LiveStream): Sample[] {
  if (!vitals || !sourceConnected) return [];
  return Object.entries(vitals.leadMs).flatMap(([kind, leadMs]) =>
    leadMs === undefined ? [] : [{ labels: { stream: id, kind }, value: leadMs / 1000 }],
  );
}
