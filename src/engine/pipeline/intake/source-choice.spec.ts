import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceChoice, type OpenSource, type Situation } from './source-choice.js';

const FAIL_BACK_MS = 10_000;

const at = (index: number, deliveringSinceMs?: number): OpenSource => ({ index, deliveringSinceMs });
const calm: Situation = { open: [at(0, 0)], absent: false, wantsNext: false };

describe('the choice of a source', () => {
  it('leaves a source that delivers alone', () => {
    const choice = new SourceChoice({ count: 3, failBackAfterMs: FAIL_BACK_MS });
    expect(choice.decide(calm, 1_000)).toEqual({ open: [], close: [], triesNext: false });
    expect(choice.onAir).toBe(0);
  });

  it('opens the next one when the patience with a lost one is over, and cuts to it when it delivers', () => {
    const choice = new SourceChoice({ count: 3, failBackAfterMs: FAIL_BACK_MS });
    expect(choice.decide({ open: [at(0)], absent: true, wantsNext: true }, 0)).toMatchObject({
      ...{ open: [1], triesNext: true },
    });
    expect(choice.decide({ open: [at(0), at(1)], absent: true, wantsNext: false }, 100).goOnAir).toBeUndefined();
    // The preferred one stays open: it may come back.
    expect(choice.decide({ open: [at(0), at(1, 200)], absent: true, wantsNext: false }, 200)).toMatchObject({
      ...{ goOnAir: 1, close: [] },
    });
    expect(choice.onAir).toBe(1);
  });

  it('goes on through the list, and round', () => {
    const choice = new SourceChoice({ count: 3, failBackAfterMs: null });
    const lost = (...open: number[]): Situation => ({
      open: open.map((index) => at(index)),
      absent: true,
      wantsNext: true,
    });
    expect(choice.decide(lost(0), 0).open).toEqual([1]);
    expect(choice.decide(lost(0, 1), 5_000)).toMatchObject({ open: [2], close: [1] });
    expect(choice.decide(lost(0, 2), 10_000)).toMatchObject({ open: [], close: [2] });
    expect(choice.decide(lost(0), 15_000).open).toEqual([1]);
  });

  it('goes back to the preferred one when that has proved itself, and only then', () => {
    const choice = onAir(1, FAIL_BACK_MS);
    const both = (since: number): Situation => ({ open: [at(0, since), at(1, 0)], absent: false, wantsNext: false });
    expect(choice.decide(both(20_000), 29_999).goOnAir).toBeUndefined();
    const back = choice.decide(both(20_000), 30_000);
    expect(back).toMatchObject({ goOnAir: 0, close: [1] });
  });

  it('stays where it is when it is not to go back by itself', () => {
    const choice = onAir(1, null);
    const choiceMade = choice.decide({ open: [at(0, 0), at(1, 0)], absent: false, wantsNext: false }, 1e9);
    expect(choiceMade).toMatchObject({ close: [0] });
    expect(choiceMade.goOnAir).toBeUndefined();
  });

  it('takes the one that came back when the other is lost meanwhile, proved or not', () => {
    const choice = onAir(1, FAIL_BACK_MS);
    const decided = choice.decide({ open: [at(0, 900), at(1)], absent: true, wantsNext: false }, 1_000);
    expect(decided.goOnAir).toBe(0);
  });

  it('does what an operator asks once the source is there, and keeps to it until it is lost', () => {
    const choice = new SourceChoice({ count: 2, failBackAfterMs: FAIL_BACK_MS });
    choice.want(1);
    expect(choice.decide(calm, 0).open).toEqual([1]);
    expect(choice.decide({ ...calm, open: [at(0, 0), at(1, 900)] }, 1_000).goOnAir).toBeUndefined();
    expect(choice.decide({ ...calm, open: [at(0, 0), at(1, 900)] }, 1_500)).toMatchObject({ goOnAir: 1, close: [0] });
    expect(choice.decide({ ...calm, open: [at(1, 900)] }, 1e6)).toEqual({ open: [], close: [], triesNext: false });
    choice.decide({ open: [at(1)], absent: true, wantsNext: true }, 2e6);
    expect(choice.pinned).toBe(false);
  });

  it('keeps the one on air on air when the list around it changes', () => {
    const choice = onAir(1, null);
    expect(choice.rearrange({ count: 3, failBackAfterMs: null }, [undefined, 2])).toBe(false);
    expect(choice.onAir).toBe(2);
    const calmly = choice.decide({ open: [at(2, 0)], absent: false, wantsNext: false }, 1_000);
    expect(calmly).toEqual({ open: [], close: [], triesNext: false });
  });

  it('turns to the first one when the one on air is taken off the list, and to another that delivers meanwhile', () => {
    const choice = onAir(1, FAIL_BACK_MS);
    expect(choice.rearrange({ count: 2, failBackAfterMs: FAIL_BACK_MS }, [1, undefined])).toBe(true);
    expect(choice.onAir).toBe(0);
    const decided = choice.decide({ open: [at(0), at(1, 900)], absent: true, wantsNext: false }, 1_000);
    expect(decided.goOnAir).toBe(1);
  });

  it('keeps a wish whose source is still there, and drops one whose source is not', () => {
    const choice = new SourceChoice({ count: 2, failBackAfterMs: null });
    choice.want(1);
    choice.rearrange({ count: 2, failBackAfterMs: null }, [1, 0]);
    expect(choice.pinned).toBe(true);
    expect(choice.decide({ open: [at(1, 0)], absent: false, wantsNext: false }, 1_000).open).toEqual([0]);
    choice.rearrange({ count: 1, failBackAfterMs: null }, [undefined, 0]);
    expect([choice.pinned, choice.onAir]).toEqual([false, 0]);
  });

  it('goes back to a source that was put before the one on air, once that has proved itself', () => {
    const choice = new SourceChoice({ count: 1, failBackAfterMs: FAIL_BACK_MS });
    choice.rearrange({ count: 2, failBackAfterMs: FAIL_BACK_MS }, [1]);
    const opened = choice.decide({ open: [at(1, 0)], absent: false, wantsNext: false }, 0);
    expect(opened).toMatchObject({ open: [0], close: [] });
    const proved = choice.decide({ open: [at(0, 0), at(1, 0)], absent: false, wantsNext: false }, FAIL_BACK_MS);
    expect(proved).toMatchObject({ goOnAir: 0, close: [1] });
  });

  it('always keeps the one on air open, never cuts to one that does not deliver, never leaves the list', () => {
    const moment = fc.record({
      delivering: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      absent: fc.boolean(),
      wantsNext: fc.boolean(),
      want: fc.option(fc.nat(3), { nil: undefined }),
      afterMs: fc.nat(8_000),
      // Another list: for each of its places, the place it has in the list before, if any.
      list: fc.option(fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 4 }), { nil: undefined, freq: 4 }),
    });
    const failBack = fc.constantFrom(null, FAIL_BACK_MS);
    fc.assert(
      fc.property(
        fc.array(moment, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        failBack,
        (moments, firstCount, failBackAfterMs) => {
          let count = firstCount;
          const choice = new SourceChoice({ count, failBackAfterMs });
          let since = new Map<number, number | undefined>([[0, undefined]]);
          let now = 0;
          for (const { delivering, absent, wantsNext, want, afterMs, list } of moments) {
            now += afterMs;
            if (list) {
              const places = Array.from({ length: count }, (_, index) =>
                list.includes(index) ? list.indexOf(index) : undefined,
              );
              count = list.length;
              const isCut = choice.rearrange({ count, failBackAfterMs }, places);
              since = new Map(
                [...since].flatMap(([index, ms]) => (places[index] === undefined ? [] : [[places[index], ms]])),
              );
              if (isCut && !since.has(choice.onAir)) since.set(choice.onAir, undefined);
            }
            for (const index of since.keys())
              since.set(index, delivering[index] ? (since.get(index) ?? now) : undefined);
            if (want !== undefined && want < count) choice.want(want);
            const open = [...since].map(([index, deliveringSinceMs]) => at(index, deliveringSinceMs));
            const decided = choice.decide({ open, absent, wantsNext: absent && wantsNext }, now);
            if (decided.goOnAir !== undefined) expect(since.get(decided.goOnAir)).toBeDefined();
            for (const index of decided.open) since.set(index, undefined);
            for (const index of decided.close) since.delete(index);
            expect(since.has(choice.onAir)).toBe(true);
            for (const index of since.keys()) expect(index).toBeLessThan(count);
          }
        },
      ),
    );
  });
});

/** A choice that has come to be at source `index`. */
function onAir(index: number, failBackAfterMs: number | null): SourceChoice {
  const choice = new SourceChoice({ count: 2, failBackAfterMs });
  choice.decide({ open: [at(0)], absent: true, wantsNext: true }, 0);
  choice.decide({ open: [at(0), at(index, 0)], absent: true, wantsNext: false }, 0);
  expect(choice.onAir).toBe(index);
  return choice;
}
