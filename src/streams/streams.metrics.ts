/** The four metrics every dashboard of this service knows, true at scrape, children included; and a stream's health. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import type { RungVitals } from '../engine/pipeline/index.js';
import { MetricsRegistry, processUsage, type ProcessUsage } from '../platform/metrics/index.js';
import { STREAM_STATES } from './lifecycle.js';
import { PROGRAMME_STEPS } from './programme.js';
import { StreamsService } from './streams.service.js';

@Injectable()
export class StreamsMetrics implements OnModuleInit {
  private previous: { readonly atMs: number; readonly cpuSeconds: ReadonlyMap<number, number> } = {
    atMs: 0,
    cpuSeconds: new Map(),
  };

  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(StreamsService) private readonly streams: StreamsService,
  ) {}

  onModuleInit(): void {
    const registers = [this.metrics.registry];
    const gauge = (name: string, help: string, value: () => number | Promise<number>): void => {
      new Gauge({
        ...{ name, help, registers },
        async collect() {
          this.set(await value());
        },
      });
    };
    const { streams } = this;
    gauge(
      'streaming_active_streams',
      'Streams whose encoders run or are about to',
      () => streams.list().filter(({ active }) => active).length,
    );
    gauge('streaming_ffmpeg_processes', 'Running ffmpeg and ffprobe processes', () => this.children().length);
    gauge(
      'streaming_cpu_percent',
      'CPU of the server and its ffmpeg processes since the last scrape; 100 is one core',
      () => this.cpuPercent(),
    );
    gauge('streaming_memory_bytes', 'Resident memory of the server and its ffmpeg processes', async () =>
      sum(await this.usage(), 'rssBytes'),
    );
    new Gauge({
      name: 'lockstep_stream_state',
      help: '1 for the state a stream is in, 0 for the others',
      labelNames: ['stream', 'state'],
      registers,
      collect() {
        this.reset();
        for (const stream of streams.list()) {
          for (const state of STREAM_STATES) this.set({ stream: stream.id, state }, stream.state === state ? 1 : 0);
        }
      },
    });
    new Gauge({
      name: 'lockstep_stream_storage_writable',
      help: '1 while the media of a stream can be written, 0 while the disk refuses and its time becomes a gap',
      labelNames: ['stream'],
      registers,
      collect() {
        this.reset();
        for (const { id, active, storageRefusedSinceMs } of streams.list()) {
          if (active) this.set({ stream: id }, storageRefusedSinceMs === undefined ? 1 : 0);
        }
      },
    });
    new Gauge({
      name: 'lockstep_stream_programme',
      help: '1 for what viewers of a stream see (its preferred source, a backup, the last picture, the slate), 0 for the rest',
      labelNames: ['stream', 'step'],
      registers,
      collect() {
        this.reset();
        for (const { id, active, programme } of streams.list()) {
          if (!active) continue;
          for (const step of PROGRAMME_STEPS) this.set({ stream: id, step }, programme.step === step ? 1 : 0);
        }
      },
    });
    new Gauge({
      name: 'lockstep_source_losses',
      help: 'Times a source of a stream was lost since the stream started',
      labelNames: ['stream', 'source'],
      registers,
      collect() {
        this.reset();
        for (const { id, sources } of streams.list()) {
          sources.forEach(({ losses }, index) => this.set({ stream: id, source: String(index) }, losses));
        }
      },
    });
    new Gauge({
      name: 'lockstep_playout_filled_units',
      help: 'House units no source filled since the stream started: pictures repeated or slate, AAC frames of silence',
      labelNames: ['stream', 'kind'],
      registers,
      collect() {
        this.reset();
        for (const { id, vitals } of streams.list()) {
          if (!vitals) continue;
          this.set({ stream: id, kind: 'video' }, vitals.playout.filledVideo);
          this.set({ stream: id, kind: 'audio' }, vitals.playout.filledAudio);
        }
      },
    });
    new Gauge({
      name: 'lockstep_playout_anchor_moves',
      help: 'Times the source was moved on the house clock since the stream started: its path or clock changed',
      labelNames: ['stream'],
      registers,
      collect() {
        this.reset();
        for (const { id, vitals } of streams.list()) if (vitals) this.set({ stream: id }, vitals.playout.anchorMoves);
      },
    });
    new Gauge({
      name: 'lockstep_rung_restarts',
      help: 'Times the encoder of a rendition has been replaced',
      labelNames: ['stream', 'rendition'],
      registers,
      collect() {
        this.reset();
        for (const { id, rungs } of streams.list()) {
          for (const { name, restarts } of rungs) this.set({ stream: id, rendition: name }, restarts);
        }
      },
    });
    this.rungGauge('lockstep_rung_parts', 'Parts of a rendition since the stream started', ({ parts }) => parts);
    this.rungGauge('lockstep_rung_gaps', 'Of these, parts that are gaps', ({ gaps }) => gaps);
    this.rungGauge('lockstep_rung_queued_units', 'Units that wait for the encoder', ({ queuedUnits }) => queuedUnits);
    this.rungGauge(
      'lockstep_rung_encode_seconds',
      'From a unit to its fragment: median of the last second, absent while the encoder is silent',
      ({ encodeMs }) => (encodeMs === undefined ? undefined : encodeMs / 1000),
    );
    new Gauge({
      name: 'lockstep_source_lead_seconds',
      help: 'How long before its house time media of the source on air arrives; negative: after it',
      labelNames: ['stream', 'kind'],
      registers,
      collect() {
        this.reset();
        for (const { id, active, vitals, sourceConnected } of streams.list()) {
          if (!active || !vitals || !sourceConnected) continue;
          for (const kind of ['video', 'audio'] as const) {
            const leadMs = vitals.leadMs[kind];
            if (leadMs !== undefined) this.set({ stream: id, kind }, leadMs / 1000);
          }
        }
      },
    });
  }

  /** One value for each rung of the streams that run; undefined leaves one out. */
  private rungGauge(name: string, help: string, valueOf: (rung: RungVitals) => number | undefined): void {
    const { streams } = this;
    new Gauge({
      ...{ name, help, labelNames: ['stream', 'rendition'], registers: [this.metrics.registry] },
      collect() {
        this.reset();
        for (const { id, active, vitals } of streams.list()) {
          for (const rung of (active && vitals?.rungs) || []) {
            const value = valueOf(rung);
            if (value !== undefined) this.set({ stream: id, rendition: rung.name }, value);
          }
        }
      },
    });
  }

  private children(): number[] {
    return this.streams.list().flatMap(({ pids }) => pids);
  }

  private usage(): Promise<readonly ProcessUsage[]> {
    return processUsage([process.pid, ...this.children()]);
  }

  /** A process that came or went between two scrapes counts for what is known of it. */
  private async cpuPercent(): Promise<number> {
    const usage = await this.usage();
    const atMs = performance.now();
    const spent = usage.reduce(
      (total, { pid, cpuSeconds }) => total + cpuSeconds - (this.previous.cpuSeconds.get(pid) ?? 0),
      0,
    );
    const elapsed = (atMs - this.previous.atMs) / 1000;
    this.previous = { atMs, cpuSeconds: new Map(usage.map(({ pid, cpuSeconds }) => [pid, cpuSeconds])) };
    return elapsed > 0 ? (100 * spent) / elapsed : 0;
  }
}

const sum = (usage: readonly ProcessUsage[], field: 'rssBytes'): number =>
  usage.reduce((total, process) => total + process[field], 0);
