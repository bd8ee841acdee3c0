import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.js';
import { DelayLine } from './delay-line.js';

const aLine = (settings: Partial<DelayLine> = {}, seed = 1): DelayLine =>
  Object.assign(new DelayLine(seededRandom(seed)), settings);

/** Sends one delivery every 100 ms until `untilMs` and says when each arrived, by what it is. */
function arrivals(
  line: DelayLine,
  untilMs: number,
  at: (nowMs: number) => void = () => undefined,
): Map<number, number> {
  const arrived = new Map<number, number>();
  for (let nowMs = 0; nowMs <= 20_000; nowMs += 10) {
    at(nowMs);
    if (nowMs % 100 === 0 && nowMs <= untilMs) line.send(Buffer.from(`${nowMs}`), nowMs);
    for (const bytes of line.receive(nowMs)) arrived.set(Number(bytes.toString()), nowMs);
  }
  return arrived;
}

describe('a path', () => {
  it('delivers at once while it is healthy', () => {
    expect([...arrivals(aLine(), 500)]).toEqual([0, 100, 200, 300, 400, 500].map((ms) => [ms, ms]));
  });

  it('that is late delays everything alike', () => {
    expect([...arrivals(aLine({ lateMs: 700 }), 200)]).toEqual([0, 100, 200].map((ms) => [ms, ms + 700]));
  });

  it('that becomes faster catches up in order: nothing overtakes', () => {
    const line = aLine({ lateMs: 700 });
    const arrived = arrivals(line, 1500, (nowMs) => nowMs === 500 && (line.lateMs = 0));
    expect(arrived.get(400)).toBe(1100);
    expect([500, 1000, 1100, 1200].map((ms) => arrived.get(ms))).toEqual([1100, 1100, 1100, 1200]);
  });

  it('with jitter delays each delivery differently, up to its limit, and in order', () => {
    const arrived = arrivals(aLine({ jitterMs: 150 }), 5000);
    const delays = [...arrived].map(([sentMs, atMs]) => atMs - sentMs);
    expect(Math.max(...delays)).toBeLessThanOrEqual(160);
    expect(new Set(delays).size).toBeGreaterThan(5);
    expect([...arrived.values()]).toEqual([...arrived.values()].sort((a, b) => a - b));
  });

  it('has the same jitter again with the same seed, and another with another', () => {
    const delays = (seed: number): number[] => [...arrivals(aLine({ jitterMs: 500 }, seed), 2000).values()];
    expect(delays(7)).toEqual(delays(7));
    expect(delays(7)).not.toEqual(delays(8));
  });

  it('delivers in bites', () => {
    const arrived = arrivals(aLine({ bitesMs: 500 }), 1400);
    expect([...new Set(arrived.values())]).toEqual([0, 500, 1000, 1500]);
    expect(arrived.get(600)).toBe(1000);
  });

  it('that freezes holds everything, then delivers it at once', () => {
    const line = aLine();
    const arrived = arrivals(line, 3000, (nowMs) => {
      if (nowMs === 500) line.setSpeed(0, nowMs);
      if (nowMs === 2500) line.setSpeed(1, nowMs);
    });
    expect([400, 500, 1000, 2400, 2600].map((ms) => arrived.get(ms))).toEqual([400, 500, 2500, 2500, 2600]);
  });

  it('that is slow carries half of real time, and what has piled up follows at once', () => {
    const line = aLine();
    const arrived = arrivals(line, 5000, (nowMs) => {
      if (nowMs === 1000) line.setSpeed(0.5, nowMs);
      if (nowMs === 3000) line.setSpeed(1, nowMs);
    });
    expect([1000, 1500, 1900, 2400, 3100].map((ms) => arrived.get(ms))).toEqual([1000, 2000, 2800, 3000, 3100]);
  });

  it('loses nothing, keeps the order, and says when the next delivery comes', () => {
    const step = fc.record({
      ...{ lateMs: fc.nat(900), jitterMs: fc.nat(300), bitesMs: fc.nat(400), afterMs: fc.nat(300) },
      speed: fc.constantFrom(0, 0.5, 1),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const line = aLine();
        const got: number[] = [];
        const take = (nowMs: number): void => {
          for (const bytes of line.receive(nowMs)) got.push(bytes.readUInt32BE(0));
          expect(line.nextAtMs ?? Infinity).toBeGreaterThan(nowMs);
        };
        let nowMs = 0;
        steps.forEach(({ lateMs, jitterMs, bitesMs, afterMs, speed }, index) => {
          nowMs += afterMs;
          Object.assign(line, { lateMs, jitterMs, bitesMs });
          line.setSpeed(speed, nowMs);
          const bytes = Buffer.alloc(4);
          bytes.writeUInt32BE(index, 0);
          line.send(bytes, nowMs);
          take(nowMs);
        });
        line.setSpeed(1, nowMs);
        take(nowMs + 5000);
        expect(got).toEqual(steps.map((_, index) => index));
      }),
    );
  });
});
