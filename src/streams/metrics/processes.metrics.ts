/** What the server and its ffmpeg processes cost, all together and stream by stream; read from /proc at scrape. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { PipelineThreads } from '../../engine/pipeline/index.js';
import {
  collectedCounter,
  collectedGauge,
  MetricsRegistry,
  processUsage,
  type ProcessUsage,
  type Sample,
} from '../../platform/metrics/index.js';
import { CpuLedger } from './cpu-ledger.js';
import { StreamsService } from '../streams.service.js';

@Injectable()
export class ProcessesMetrics implements OnModuleInit {
  private previous: { readonly atMs: number; readonly cpuSeconds: ReadonlyMap<number, number> } = {
    atMs: 0,
    cpuSeconds: new Map(),
  };
  private readonly ledger = new CpuLedger();

  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(PipelineThreads) private readonly threads: PipelineThreads,
  ) {}

  onModuleInit(): void {
    this.registerTotals();
    this.registerStreams();
  }

  /** The metrics every dashboard of such a service knows. */
  private registerTotals(): void {
    const gauge = (name: string, help: string, value: () => number | Promise<number>): void =>
      collectedGauge(this.metrics.registry, { name, help }, async () => [{ value: await value() }]);
    gauge('streaming_ffmpeg_processes', 'Running ffmpeg and ffprobe processes', () => this.children().length);
    gauge('lockstep_stream_threads', 'Threads that streams run in', () => this.threads.count);
    gauge(
      'streaming_cpu_percent',
      'CPU of the server and its ffmpeg processes since the last scrape; 100 is one core',
      () => this.cpuPercent(),
    );
    gauge('streaming_memory_bytes', 'Resident memory of the server and its ffmpeg processes', async () =>
      rssBytes(await this.usage()),
    );
  }

  private registerStreams(): void {
    const { registry } = this.metrics;
    collectedCounter(
      registry,
      {
        name: 'lockstep_stream_cpu_seconds_total',
        help: 'Processor time of the ffmpeg processes of a stream; what one used after the last scrape of its life is not in it',
        labels: ['stream'],
      },
      async () =>
        [...this.ledger.enter(await this.readings())].map(([stream, value]) => ({ labels: { stream }, value })),
    );
    collectedGauge(
      registry,
      {
        name: 'lockstep_stream_memory_bytes',
        help: 'Memory of a stream: of its ffmpeg processes, and its share of what its thread holds: pictures and media on their way, and JavaScript heap',
        labels: ['stream', 'of'],
      },
      async () => this.memory(await this.readings()),
    );
  }

  private memory(readings: ReadonlyMap<string, readonly ProcessUsage[]>): Sample[] {
    return this.active().flatMap(({ id, vitals }) => {
      const bytes = {
        ffmpeg: rssBytes(readings.get(id) ?? []),
        thread: vitals?.heldBytes ?? 0,
        heap: vitals?.heapBytes ?? 0,
      };
      return Object.entries(bytes).map(([of, value]) => ({ labels: { stream: id, of }, value }));
    });
  }

  private async readings(): Promise<ReadonlyMap<string, readonly ProcessUsage[]>> {
    const streams = this.active().map(({ id, pids }) => ({ id, pids }));
    return new Map(await Promise.all(streams.map(async ({ id, pids }) => [id, await processUsage(pids)] as const)));
  }

  private active() {
    return this.streams.list().filter(({ active }) => active);
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

const rssBytes = (usage: readonly ProcessUsage[]): number =>
  usage.reduce((total, process) => total + process.rssBytes, 0);
