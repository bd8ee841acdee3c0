/** All figures of a run, put together from the reports of its workers. */
import { cpus } from 'node:os';
import type { ViewerCounts, WorkerReport } from '../messages.js';
import { Histogram } from './histogram.js';
import { Measures } from './measures.js';
import { WakeLedger } from './wake-ledger.js';

/** Figures "of the last seconds" are of as many reports. */
const RECENT_SECONDS = 5;
const NOBODY: ViewerCounts = { joined: 0, playing: 0, stalled: 0, ended: 0, everStalled: 0, connections: 0 };

export interface Health {
  /** Highest share of one core that a worker used over a whole second, in the busiest tenth of all seconds. */
  readonly workerCpuShare: number;
  /** 99th percentile of the workers' event-loop delay in the worst tenth of all seconds, in milliseconds. */
  readonly loopDelayMs: number;
  /** Share of all cores of this machine that nobody used. */
  readonly idleShare: number;
}

export class RunFigures {
  readonly measures = new Measures();
  readonly wake = new Histogram();
  readonly partWake = new Histogram();
  readonly late = new Histogram();
  readonly publication = new Histogram();
  peak: ViewerCounts = NOBODY;
  private readonly recentWake = new Histogram();
  private recent: { readonly requests: number; readonly bytes: number; readonly atMs: number }[] = [];
  private readonly viewers = new Map<number, ViewerCounts>();
  private readonly tracks = new Map<string, number>();
  private readonly cpuShares = new Histogram();
  private readonly loopDelays = new Histogram();
  private readonly cpusBefore = cpuTimes();
  private ledger: WakeLedger | undefined;

  add({ worker, measures, wake, viewers, health, epochOffsetMs, last }: WorkerReport): void {
    this.measures.add(measures);
    this.viewers.set(worker, viewers);
    const { playing, connections } = this.now;
    this.peak = {
      ...this.now,
      ...{ playing: Math.max(this.peak.playing, playing), connections: Math.max(this.peak.connections, connections) },
    };
    this.ledger ??= this.open(epochOffsetMs);
    this.ledger.add(wake.samples, (track) => this.numberOf(wake.tracks[track]!));
    if (last) return;
    this.cpuShares.record(health.cpuShare);
    this.loopDelays.record(health.loopDelayMs);
  }

  /** To be called every second; gives what has happened in the last seconds. */
  turn(nowMs: number): { wakeP99Ms: number; requestsPerSecond: number; mbps: number } {
    this.ledger?.settle(nowMs);
    const bytes = this.measures.get('mediaBytes') + this.measures.get('playlistBytes');
    this.recent = [...this.recent, { requests: this.measures.get('requests'), bytes, atMs: nowMs }].slice(
      -RECENT_SECONDS,
    );
    const [first, lastly] = [this.recent[0]!, this.recent.at(-1)!];
    const seconds = (lastly.atMs - first.atMs) / 1000 || 1;
    const wakeP99Ms = this.recentWake.percentile(0.99);
    this.recentWake.take();
    return {
      wakeP99Ms,
      requestsPerSecond: (lastly.requests - first.requests) / seconds,
      mbps: ((lastly.bytes - first.bytes) * 8) / 1e6 / seconds,
    };
  }

  /** No report will follow. */
  conclude(nowMs: number): void {
    this.ledger?.settle(nowMs, true);
  }

  get now(): ViewerCounts {
    const sum = { ...NOBODY } as Record<keyof ViewerCounts, number>;
    for (const counts of this.viewers.values())
      for (const name of Object.keys(sum) as (keyof ViewerCounts)[]) sum[name] += counts[name];
    return sum;
  }

  get health(): Health {
    const after = cpuTimes();
    const total = after.total - this.cpusBefore.total;
    return {
      workerCpuShare: this.cpuShares.percentile(0.9),
      loopDelayMs: this.loopDelays.percentile(0.9),
      idleShare: total > 0 ? (after.idle - this.cpusBefore.idle) / total : Number.NaN,
    };
  }

  private open(epochOffsetMs: number): WakeLedger {
    const { recentWake, wake, partWake: part, late, publication } = this;
    const playlist = {
      record(ms: number) {
        wake.record(ms);
        recentWake.record(ms);
      },
    };
    return new WakeLedger(epochOffsetMs, { playlist, part, late, publication });
  }

  private numberOf(track: string): number {
    const known = this.tracks.get(track);
    if (known !== undefined) return known;
    this.tracks.set(track, this.tracks.size);
    return this.tracks.size - 1;
  }
}

function cpuTimes(): { readonly idle: number; readonly total: number } {
  const times = cpus().map((core) => core.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const total = times.reduce(
    (sum, { user, nice, sys, idle: unused, irq }) => sum + user + nice + sys + unused + irq,
    0,
  );
  return { idle, total };
}
