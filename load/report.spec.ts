import { describe, expect, it } from 'vitest';
import { RunFigures } from './measure/run-figures.js';
import { Measures } from './measure/measures.js';
import { WakeSamples } from './measure/wake-samples.js';
import type { ViewerCounts, WorkerReport } from './messages.js';
import { parseOptions, type LoadOptions } from './options.js';
import { asJson, doubts, finalTable, isClean, progressLine } from './report.js';

const parsed = parseOptions(['--url', 'http://127.0.0.1/a.m3u8']);
const options = (parsed as { options: LoadOptions }).options;
const EVERYBODY: ViewerCounts = { joined: 10, playing: 9, stalled: 1, ended: 0, everStalled: 2, connections: 40 };

function aReport(worker: number, fill: (measures: Measures) => void, counts = EVERYBODY): WorkerReport {
  const measures = new Measures();
  fill(measures);
  const health = { cpuShare: 0.4, loopDelayMs: 3 };
  return {
    ...{ worker, last: false, epochOffsetMs: 0, measures: measures.take(), wake: new WakeSamples().take() },
    ...{ viewers: counts, health },
  };
}

function aRun(...reports: WorkerReport[]) {
  const figures = new RunFigures();
  for (const report of reports) figures.add(report);
  return { options, seconds: 10, figures };
}

describe('the report of a run', () => {
  it('is clean without stalls and errors, and not with either', () => {
    expect(isClean(aRun(aReport(0, (measures) => measures.count('requests', 5))))).toBe(true);
    expect(isClean(aRun(aReport(0, (measures) => measures.count('stalls', 1))))).toBe(false);
    expect(isClean(aRun(aReport(0, (measures) => measures.error('part 404'))))).toBe(false);
  });

  it('adds up what all processes saw', () => {
    const run = aRun(
      aReport(0, (measures) => measures.count('mediaBytes', 1_000_000)),
      aReport(1, (measures) => measures.count('mediaBytes', 500_000)),
      aReport(1, (measures) => measures.error('part 404', 3)),
    );
    expect(asJson(run)).toMatchObject({
      viewers: { joined: 20, playingPeak: 18 },
      traffic: { bytes: 1_500_000, mbps: 1.2 },
      errors: { 'part 404': 3 },
      clean: false,
    });
  });

  it('tells stalls and errors in words, the most frequent first', () => {
    const table = finalTable(
      aRun(
        aReport(0, (measures) => {
          measures.count('stalls', 3);
          measures.count('stallSeconds', 1.25);
          measures.error('part 404');
          measures.error('playlist 503', 2);
          measures.timings.media.record(12);
        }),
      ),
    );
    expect(table).toMatch(/stalls +3, of 2 viewers, 1\.[23] s together/);
    expect(table).toMatch(/errors +2 × playlist 503, 1 × part 404/);
    expect(table).toMatch(/media: last byte +12 ms +12 ms +12 ms +12 ms +1\n/);
    expect(table).toContain('There were stalls or errors.');
  });

  it('shows in one line how it goes', () => {
    const { figures } = aRun(aReport(0, (measures) => measures.error('part 404')));
    const recent = { wakeP99Ms: 42, requestsPerSecond: 120, mbps: 13 };
    expect(progressLine({ seconds: 4, figures, recent })).toBe(
      '4 s · 9 of 10 playing, 1 stalled · 0 stalls · wake p99 42 ms · 13 Mbit/s · 120 requests/s · 1 errors',
    );
  });

  it.each([
    ['nothing when all is well', { workerCpuShare: 0.5, loopDelayMs: 5, idleShare: 0.3 }, []],
    ['a generator at its limit', { workerCpuShare: 0.97, loopDelayMs: 80, idleShare: 0.3 }, ['was the bottleneck']],
    ['a generator kept waiting', { workerCpuShare: 0.5, loopDelayMs: 80, idleShare: 0.3 }, ['80 ms late']],
    ['a machine without anything left', { workerCpuShare: 0.5, loopDelayMs: 5, idleShare: 0.01 }, ['1 % idle']],
  ])('doubts its own figures: %s', (_, health, words) => {
    expect(doubts(health)).toEqual(words.map((word) => expect.stringContaining(word)));
  });
});
