import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';
import { positionKey, WakeLedger } from './wake-ledger.js';
import { WakeSamples, type WakeSample } from './wake-samples.js';

const TRACK = 'http://127.0.0.1/demo/480p/playlist.m3u8';
const EPOCH_MS = 1_000_000;

const aSample = (sample: Partial<WakeSample>): WakeSample => ({
  ...{ kind: 'playlist', track: TRACK, asked: positionKey(7, 1), shown: positionKey(7, 1), mediaEndMs: 0 },
  ...{ sentAtMs: 0, firstByteAtMs: 100, doneAtMs: 101 },
  ...sample,
});

function aLedger() {
  const into = {
    ...{ playlist: new Histogram(), part: new Histogram() },
    ...{ late: new Histogram(), publication: new Histogram() },
  };
  const ledger = new WakeLedger(EPOCH_MS, into);
  /** One worker's report. */
  const report = (...samples: Partial<WakeSample>[]) => {
    const batch = new WakeSamples();
    for (const sample of samples) batch.add(aSample(sample));
    const { samples: fields, tracks } = batch.take();
    ledger.add(fields, (track) => tracks[track]!.length);
  };
  return { ...into, ledger, report };
}

describe('the wake ledger', () => {
  it('measures from the first byte that anybody got, in whichever process that was', () => {
    const { ledger, report, playlist } = aLedger();
    report({ firstByteAtMs: 130, doneAtMs: 140 });
    report({ firstByteAtMs: 100, doneAtMs: 102 });
    ledger.settle(0, true);
    expect([playlist.count, playlist.max]).toEqual([2, 40]);
    expect(playlist.percentile(0.5)).toBeCloseTo(2, 1);
  });

  it('counts those who are told long after as late as they were', () => {
    const { ledger, report, playlist } = aLedger();
    report({ doneAtMs: 100 });
    ledger.settle(5000);
    report({ firstByteAtMs: 9000, doneAtMs: 9100 });
    expect(playlist.max).toBe(9000);
  });

  it('keeps a request that came after publication out of the wake times', () => {
    const { ledger, report, playlist, late } = aLedger();
    report({}, { sentAtMs: 500, firstByteAtMs: 503, doneAtMs: 504 });
    ledger.settle(0, true);
    expect([playlist.count, late.count, late.max]).toEqual([1, 1, 4]);
  });

  it('takes an answer that shows a later part for proof that this part was public', () => {
    const { ledger, report, playlist } = aLedger();
    report({ shown: positionKey(7, 2), firstByteAtMs: 100 });
    report({ asked: positionKey(7, 2), shown: positionKey(7, 2), firstByteAtMs: 150, doneAtMs: 160 });
    ledger.settle(0, true);
    expect(playlist.max).toBe(60);
  });

  it('measures a hinted part from the same instant as the playlist that lists it', () => {
    const { ledger, report, part } = aLedger();
    report({ firstByteAtMs: 100 }, { kind: 'hinted part', firstByteAtMs: 110, doneAtMs: 125 });
    ledger.settle(0, true);
    expect([part.count, part.max]).toEqual([1, 25]);
  });

  it('tells how old media is when it becomes public, once for each part', () => {
    const { ledger, report, publication } = aLedger();
    const mediaEndMs = EPOCH_MS + 40;
    report({ mediaEndMs, firstByteAtMs: 120 }, { mediaEndMs, firstByteAtMs: 100 });
    ledger.settle(0, true);
    expect([publication.count, publication.max]).toEqual([1, 60]);
  });

  it('waits with its verdict until slower processes have reported', () => {
    const { ledger, report, playlist } = aLedger();
    report({ firstByteAtMs: 100 });
    ledger.settle(1000);
    expect(playlist.count).toBe(0);
    ledger.settle(3200);
    expect(playlist.count).toBe(1);
  });
});
