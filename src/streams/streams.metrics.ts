/** The four metrics every dashboard of this service knows, true at scrape, children included; and a stream's health. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
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
