/** What a person reads: a line a second while it runs, a table at the end, and a verdict with its reasons. */
import type { Histogram } from './measure/histogram.js';
import type { RunFigures } from './measure/run-figures.js';
import type { LoadOptions } from './options.js';

export interface RunResult {
  readonly options: LoadOptions;
  /** Length of the run as it was, in seconds. */
  readonly seconds: number;
  readonly figures: RunFigures;
}

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A worker that computes for so much of a second is late with everything. */
const BUSY_SHARE = 0.85;
const LATE_LOOP_MS = 30;
const FULL_MACHINE_SHARE = 0.03;

const percentiles = (histogram: Histogram): Latencies | null =>
  histogram.count === 0
    ? null
    : {
        count: histogram.count,
        p50: histogram.percentile(0.5),
        p95: histogram.percentile(0.95),
        p99: histogram.percentile(0.99),
        max: histogram.max,
      };

/** What makes the figures say less about the server than they seem to; empty when nothing does. */
export function doubts({ workerCpuShare, loopDelayMs, idleShare }: RunFigures['health']): string[] {
  const found: string[] = [];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  if (workerCpuShare > BUSY_SHARE)
    found.push(
      `The load generator was the bottleneck: a worker used ${percent(workerCpuShare)} of its core. Latencies and stalls are partly its own; use more --processes, fewer viewers, or another machine.`,
    );
  else if (loopDelayMs > LATE_LOOP_MS)
    found.push(
      `The load generator did not get the processor in time: its event loop was ${Math.round(loopDelayMs)} ms late (p99). That much of the latencies may be its own.`,
    );
  if (idleShare < FULL_MACHINE_SHARE)
    found.push(
      `This machine had nothing left (${percent(idleShare)} idle). Server and generator shared it, so each slowed the other: this is a limit of the machine, not of either.`,
    );
  return found;
}

/** No stall and no error. */
export const isClean = ({ figures: { measures } }: RunResult): boolean =>
  measures.get('stalls') === 0 && Object.keys(measures.errorsByKind).length === 0;

export function asJson({ options, seconds, figures }: RunResult): Record<string, unknown> {
  const { measures, peak, now, health } = figures;
  const bytes = measures.get('mediaBytes') + measures.get('playlistBytes');
  return {
    options: { ...options },
    seconds,
    viewers: { joined: now.joined, playingPeak: peak.playing, startupMs: percentiles(measures.timings.startup) },
    stalls: { count: measures.get('stalls'), viewers: now.everStalled, seconds: measures.get('stallSeconds') },
    seeks: measures.get('seeks'),
    switches: measures.get('switches'),
    errors: { ...measures.errorsByKind },
    wakeMs: percentiles(figures.wake),
    hintedPartWakeMs: percentiles(figures.partWake),
    publicationMs: percentiles(figures.publication),
    lateReloadMs: percentiles(figures.late),
    playlistMs: percentiles(measures.timings.playlist),
    mediaFirstByteMs: percentiles(measures.timings.firstByte),
    mediaMs: percentiles(measures.timings.media),
    liveOffsetMs: percentiles(measures.timings.liveOffset),
    requests: {
      total: measures.get('requests'),
      perSecond: measures.get('requests') / seconds,
      playlists: measures.get('playlists'),
      unchanged: measures.get('unchanged'),
      media: measures.get('media'),
      byStatus: Object.fromEntries(
        [2, 3, 4, 5].map((digit) => [`${digit}xx`, measures.get(`status${digit as 2 | 3 | 4 | 5}xx`)]),
      ),
    },
    traffic: { bytes, mbps: (bytes * 8) / 1e6 / seconds, playlistBytes: measures.get('playlistBytes') },
    connections: { peak: peak.connections, opened: measures.get('connections') },
    generator: { ...health, doubts: doubts(health) },
    clean: isClean({ options, seconds, figures }),
  };
}

export interface Progress {
  readonly seconds: number;
  readonly figures: RunFigures;
  readonly recent: ReturnType<RunFigures['turn']>;
}

export function progressLine({ seconds, figures, recent }: Progress): string {
  const { playing, stalled, joined } = figures.now;
  const errors = Object.values(figures.measures.errorsByKind).reduce((sum, times) => sum + times, 0);
  const wake = Number.isNaN(recent.wakeP99Ms) ? '' : `wake p99 ${milliseconds(recent.wakeP99Ms)}`;
  return [
    `${Math.round(seconds)} s`,
    `${playing} of ${joined} playing${stalled > 0 ? `, ${stalled} stalled` : ''}`,
    `${figures.measures.get('stalls')} stalls`,
    wake,
    `${recent.mbps.toFixed(0)} Mbit/s`,
    `${recent.requestsPerSecond.toFixed(0)} requests/s`,
    errors > 0 ? `${errors} errors` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

export function finalTable(result: RunResult): string {
  const { figures, seconds } = result;
  const { measures, peak, now, health } = figures;
  const { timings } = measures;
  const bytes = measures.get('mediaBytes') + measures.get('playlistBytes');
  const facts = [
    ['viewers', `${now.joined} joined, ${peak.playing} playing at most`],
    ['stalls', stallWords(figures)],
    ['errors', listed(measures.errorsByKind) || 'none'],
    [
      'requests',
      `${measures.get('requests')}, ${(measures.get('requests') / seconds).toFixed(0)}/s (${statusWords(figures)})`,
    ],
    ['traffic', `${(bytes / 1e6).toFixed(1)} MB, ${((bytes * 8) / 1e6 / seconds).toFixed(1)} Mbit/s`],
    ['connections', `${peak.connections} at most, ${measures.get('connections')} opened`],
    [
      'generator',
      `${Math.round(health.workerCpuShare * 100)} % of a core in the busiest process, event loop p99 ${milliseconds(health.loopDelayMs)} late, machine ${Math.round(health.idleShare * 100)} % idle`,
    ],
  ];
  const rows: readonly (readonly [string, Histogram])[] = [
    ['wake: part public to playlist received', figures.wake],
    ['wake: part public to hinted part received', figures.partWake],
    ['publication: end of media to part public', figures.publication],
    ['reload that had nothing to wait for', figures.late],
    ['playlist or MPD, not held', timings.playlist],
    ['media: first byte', timings.firstByte],
    ['media: last byte', timings.media],
    ['startup: joined to playing', timings.startup],
    ['live offset', timings.liveOffset],
  ];
  const cells = rows
    .filter(([, histogram]) => histogram.count > 0)
    .map(([name, histogram]) => [
      name,
      ...[0.5, 0.95, 0.99].map((share) => milliseconds(histogram.percentile(share))),
      ...[milliseconds(histogram.max), `${histogram.count}`],
    ]);
  return [
    aligned(facts),
    '',
    aligned([['', 'p50', 'p95', 'p99', 'max', 'samples'], ...cells]),
    '',
    ...doubts(health),
    isClean(result) ? 'No stall, no error.' : 'There were stalls or errors.',
  ].join('\n');
}

function stallWords({ measures, now }: RunFigures): string {
  if (measures.get('stalls') === 0) return 'none';
  const seeks = measures.get('seeks') > 0 ? `, ${measures.get('seeks')} fell out of the window` : '';
  return `${measures.get('stalls')}, of ${now.everStalled} viewers, ${measures.get('stallSeconds').toFixed(1)} s together${seeks}`;
}

const statusWords = ({ measures }: RunFigures): string =>
  ([2, 3, 4, 5] as const)
    .map((digit) => [`${digit}xx`, measures.get(`status${digit}xx`)] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

const listed = (kinds: Readonly<Record<string, number>>): string =>
  Object.entries(kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, times]) => `${times} × ${kind}`)
    .join(', ');

function milliseconds(ms: number): string {
  if (Number.isNaN(ms)) return '–';
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${ms >= 10 ? ms.toFixed(0) : ms.toFixed(1)} ms`;
}

/** Columns under each other: words to the left, figures to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  const widest = widths.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 || row.length === 2 ? cell.padEnd(widest[i]!) : cell.padStart(widest[i]! + 2))),
    )
    .map((row) => `  ${row.join('  ')}`.trimEnd())
    .join('\n');
}
