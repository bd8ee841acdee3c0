import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Anchor } from './anchor.js';

const FRAME_MS = 1000 / 30;
const JITTER_MS = 100;

/** A source and its anchor on a manual clock: leads are what the path makes them, plus all moves so far. */
class Watched {
  readonly anchor: Anchor;
  movedMs = 0;
  moves: { kind: string; byMs: number; atMs: number }[] = [];
  broken: string | undefined;

  constructor(mainLane: 'video' | 'audio' = 'video', heldBackMs = 0) {
    this.anchor = new Anchor(0, { frameMs: FRAME_MS, jitterMs: JITTER_MS, mainLane, heldBackMs });
    // Whoever joins places it that much later.
    this.movedMs = heldBackMs;
  }

  arrive(lane: 'video' | 'audio', nowMs: number, first: number, last = first): void {
    const verdict = this.anchor.observe(lane, { first: first + this.movedMs, last: last + this.movedMs }, nowMs);
    if (!verdict) return;
    if (verdict.kind === 'broken') {
      this.broken ??= verdict.reason;
      return;
    }
    this.movedMs += verdict.byMs;
    this.moves.push({ ...verdict, atMs: nowMs });
  }

  /** Frames from `from` to `to`, each with the lead `leadAt` gives. */
  run(from: number, to: number, leadAt: (nowMs: number, index: number) => number): this {
    for (let now = from, index = 0; now < to; now += FRAME_MS, index += 1) {
      this.arrive('video', now, leadAt(now, index));
    }
    return this;
  }
}

describe('an anchor', () => {
  it('skips a backlog delivered in a burst at join', () => {
    const source = new Watched();
    for (let frame = 0; frame < 30; frame += 1) source.arrive('video', 5, frame * FRAME_MS);
    // Thirty frames at once: the thirtieth is now, not a second from now.
    expect(source.movedMs).toBeLessThanOrEqual(-28 * FRAME_MS);
  });

  it('skips the backlog of a source that is only sound, too', () => {
    const source = new Watched('audio');
    source.arrive('audio', 5, 0, 900);
    expect(source.movedMs).toBe(-900);
  });

  it('holds a source back from the beginning on as it had to the last time, and so need not move for its late sound', () => {
    /** Nine AAC frames at a time, as MPEG-TS has them: the first of them nine frames late. */
    const bites = (source: Watched): Watched => {
      for (let now = 0; now < 12_000; now += FRAME_MS) {
        source.arrive('video', now, 0);
        if (Math.floor(now / 192) !== Math.floor((now - FRAME_MS) / 192)) source.arrive('audio', now, -192, 0);
      }
      return source;
    };
    const first = bites(new Watched());
    expect(first.moves.map(({ byMs }) => byMs > 100)).toEqual([true]);
    const again = bites(new Watched('video', first.anchor.heldBackMs));
    expect(again.moves).toEqual([]);
    expect(again.anchor.heldBackMs).toBeCloseTo(first.anchor.heldBackMs, 0);
  });

  it('skips a backlog at join to where it holds the source back, no further', () => {
    const source = new Watched('video', 150);
    for (let frame = 0; frame < 30; frame += 1) source.arrive('video', 5, frame * FRAME_MS);
    const newest = 29 * FRAME_MS + source.movedMs;
    expect(newest).toBeGreaterThan(150 - FRAME_MS);
    expect(newest).toBeLessThan(150 + FRAME_MS);
  });

  it('forgets what a bad day of the path had needed', () => {
    expect(new Watched().run(0, 20_000, (now) => (now > 6_000 ? -700 : 0)).anchor.heldBackMs).toBeLessThanOrEqual(400);
  });

  it('holds still under jitter within the allowance', () => {
    const jitter = fc.double({ min: -JITTER_MS * 0.7, max: FRAME_MS, noNaN: true });
    fc.assert(
      fc.property(fc.array(jitter, { minLength: 300, maxLength: 300 }), (leads) => {
        const withLuckyOnes = leads.map((lead, index) => (index % 20 === 0 ? 0 : Math.min(lead, FRAME_MS - 1)));
        const source = new Watched().run(0, 10_000, (_, index) => withLuckyOnes[index % 300]!);
        expect(source.moves).toEqual([]);
      }),
    );
  });

  it('does not move for a single hiccup, however long', () => {
    const source = new Watched().run(0, 20_000, (now) => (now > 9_000 && now < 9_700 ? -700 : 0));
    expect(source.moves).toEqual([]);
  });

  it('moves once, and soon, when the path becomes 700 ms slower', () => {
    const source = new Watched().run(0, 20_000, (now) => (now > 6_000 ? -700 : 0));
    expect(source.moves).toHaveLength(1);
    const [move] = source.moves;
    expect(move).toMatchObject({ kind: 'jump' });
    expect(move!.atMs).toBeLessThan(6_000 + 4_100);
    expect(source.movedMs).toBeGreaterThan(700 - JITTER_MS / 2);
    expect(source.movedMs).toBeLessThanOrEqual(700);
  });

  it('comes back when the path has become faster again, to within a frame', () => {
    const source = new Watched().run(0, 40_000, (now) => (now > 6_000 && now < 15_000 ? -700 : 0));
    expect(source.movedMs).toBeGreaterThanOrEqual(-1);
    expect(source.movedMs).toBeLessThanOrEqual(FRAME_MS);
  });

  it('makes room for a camera that delivers in bites, once, and then holds still', () => {
    for (const biteMs of [100, 183, 250, 500]) {
      const source = new Watched();
      for (let bite = 0; bite < 200; bite += 1) {
        const frames = Math.round(biteMs / FRAME_MS);
        const now = (bite + 1) * frames * FRAME_MS;
        for (let frame = 0; frame < frames; frame += 1) {
          source.arrive('video', now, (bite * frames + frame) * FRAME_MS - now);
        }
      }
      // The first of every bite comes that late, and is in time.
      const firstOfBite = -Math.round(biteMs / FRAME_MS) * FRAME_MS + source.movedMs;
      expect(firstOfBite).toBeGreaterThanOrEqual(-JITTER_MS);
      expect(source.moves.filter(({ atMs }) => atMs > 8_000)).toEqual([]);
    }
  });

  it('hears when it is the sound that comes in bites larger than the allowance', () => {
    const source = new Watched();
    for (let now = 0; now < 30_000; now += FRAME_MS) {
      source.arrive('video', now, 0);
      if (Math.floor(now / 300) !== Math.floor((now - FRAME_MS) / 300)) source.arrive('audio', now, -300, 0);
    }
    expect(-300 + source.movedMs).toBeGreaterThanOrEqual(-JITTER_MS);
    expect(source.moves.filter(({ atMs }) => atMs > 10_000)).toEqual([]);
  });

  it('follows a clock 200 ppm off for hours, only ever sliding, and always within the allowance', () => {
    for (const ppm of [200, -200]) {
      const source = new Watched();
      for (let now = 2_000; now < 3 * 3_600_000; now += 500) {
        const lead = (now * ppm) / 1e6;
        source.arrive('video', now, lead);
        expect(lead + source.movedMs).toBeGreaterThan(-JITTER_MS);
        expect(lead + source.movedMs).toBeLessThan(JITTER_MS + FRAME_MS);
      }
      expect(source.moves.every(({ kind }) => kind === 'slide')).toBe(true);
      // Each slide is shorter than two frames: nobody sees one.
      for (const { byMs } of source.moves) expect(Math.abs(byMs)).toBeLessThan(2 * FRAME_MS);
      expect(Math.abs(source.movedMs)).toBeGreaterThan(1_900);
    }
  });

  it('goes to where timestamps have jumped, at once, when picture and sound have both', () => {
    const source = new Watched();
    source.run(0, 5_000, () => 0);
    for (let now = 5_000; now < 5_500; now += FRAME_MS) {
      source.arrive('video', now, 3_000);
      source.arrive('audio', now, 3_000);
    }
    expect(source.movedMs).toBeCloseTo(-3_000, 0);
    expect(source.broken).toBeUndefined();
  });

  it('calls a source broken whose timestamps run away', () => {
    const source = new Watched().run(0, 5_000, () => 0);
    for (let frame = 0; frame < 3_000; frame += 1) source.arrive('video', 5_000 + frame, frame * FRAME_MS);
    expect(source.broken).toMatch(/ran \d+ s ahead/);
  });

  it('calls a source broken whose picture and sound have parted', () => {
    const source = new Watched();
    for (let now = 0; now < 8_000; now += FRAME_MS) {
      source.arrive('video', now, 0);
      source.arrive('audio', now, now > 4_000 ? -12_000 : 0);
    }
    expect(source.broken).toMatch(/12 s apart/);
  });
});
