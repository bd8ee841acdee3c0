/** A worker process: runs its share of the viewers and reports every second. Started by main.ts. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { EPOCH_OFFSET_MS, nowMs } from './clock.js';
import { DashViewer } from './dash/dash-viewer.js';
import { parseMpd } from './dash/mpd.js';
import { HlsViewer } from './hls/hls-viewer.js';
import { parseMediaPlaylist } from './hls/media-playlist.js';
import { isMultivariant, parseMultivariant } from './hls/multivariant.js';
import { Measures } from './measure/measures.js';
import { WakeSamples } from './measure/wake-samples.js';
import type { WorkerOrder, WorkerReport } from './messages.js';
import { joinsAfterMs } from './schedule.js';
import { SharedParse } from './shared-parse.js';
import type { HlsManifest, Viewer, ViewerOptions } from './viewer.js';

const REPORT_EVERY_MS = 1000;
const LOOP_RESOLUTION_MS = 10;

function parseHls(text: string, url: URL): HlsManifest {
  return isMultivariant(text)
    ? { kind: 'multivariant', variants: parseMultivariant(text, url) }
    : { kind: 'media', playlist: parseMediaPlaylist(text, url) };
}

class Worker {
  private readonly measures = new Measures();
  private readonly wake = new WakeSamples();
  private readonly playlists = new SharedParse<HlsManifest>(parseHls);
  private readonly mpds = new SharedParse(parseMpd);
  private readonly viewers: Viewer[] = [];
  private readonly loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  private cpu = process.cpuUsage();
  private reportedAtMs = nowMs();

  constructor(private readonly order: Extract<WorkerOrder, { kind: 'start' }>) {}

  run(): void {
    const { options, worker, ramp, startAtMs } = this.order;
    this.loopDelay.enable();
    for (let index = worker; index < options.viewers; index += options.processes) {
      const delayMs = startAtMs + joinsAfterMs(index, options.viewers, ramp) - nowMs();
      setTimeout(() => this.join(index), Math.max(0, delayMs)).unref();
    }
    setInterval(() => this.report(false), REPORT_EVERY_MS);
  }

  stop(): void {
    for (const viewer of this.viewers) viewer.stop();
    this.report(true);
  }

  private join(index: number): void {
    const { options, streams } = this.order;
    const { url, protocol } = streams[index % streams.length]!;
    const { measures, wake, playlists, mpds } = this;
    const about: ViewerOptions = { url: new URL(url), index, options, measures, wake, playlists, mpds };
    const viewer = protocol === 'hls' ? new HlsViewer(about) : new DashViewer(about);
    this.viewers.push(viewer);
    viewer.start();
  }

  private report(last: boolean): void {
    const atMs = nowMs();
    if (!last) for (const viewer of this.viewers) viewer.tick(atMs);
    const used = process.cpuUsage(this.cpu);
    this.cpu = process.cpuUsage();
    const seconds = (atMs - this.reportedAtMs) / 1000;
    this.reportedAtMs = atMs;
    const count = (is: (viewer: Viewer) => boolean) => this.viewers.filter(is).length;
    const report: WorkerReport = {
      ...{ worker: this.order.worker, last, epochOffsetMs: EPOCH_OFFSET_MS },
      measures: this.measures.take(),
      wake: this.wake.take(),
      viewers: {
        joined: this.viewers.length,
        playing: count(({ state }) => state === 'playing'),
        stalled: count(({ state }) => state === 'stalled'),
        ended: count(({ state }) => state === 'ended'),
        everStalled: count(({ stalls }) => stalls > 0),
        connections: this.viewers.reduce((sum, { openConnections }) => sum + openConnections, 0),
      },
      health: {
        cpuShare: (used.user + used.system) / 1e6 / seconds,
        loopDelayMs: Math.max(0, this.loopDelay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS),
      },
    };
    this.loopDelay.reset();
    process.send!(report, () => {
      if (last) process.exit(0);
    });
  }
}

let worker: Worker | undefined;
process.on('message', (order: WorkerOrder) => {
  if (order.kind === 'stop') return worker?.stop();
  worker = new Worker(order);
  worker.run();
});
// Ctrl-C reaches every process of the terminal; the parent asks for the last figures and then lets go.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(1));
