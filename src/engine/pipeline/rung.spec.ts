import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChildExit } from '../ffmpeg/index.js';
import { chunkBytes } from '../isobmff/index.js';
import { RenditionPackager, type MediaFact } from '../packager/index.js';
import { VIDEO_INIT } from '../packager/testing.js';
import { Frame } from '../playout/index.js';
import type { Problem } from '../problem.js';
import { MediaStore } from '../storage/index.js';
import { firstUnitOf, houseGrid, ratio, videoTrack } from '../timeline/index.js';
import type { EncoderProcess } from './encoder-run.js';
import { MAX_QUEUED_UNITS } from './queue-limit.js';
import { Rung } from './rung.js';

const GRID = houseGrid(ratio(30), 2, 1 / 3);
const TRACK = videoTrack(GRID);
const SEGMENT = 100_000_000;
const UNIT_BYTES = 4;
const FRAME_MS = 1000 / 30;
const CHECK_MS = 100;

/** An encoder in this process: a fragment a unit, unless it is told to do otherwise. */
class PretendEncoder implements EncoderProcess {
  /** Of this process, which is always at work when it looks; or of none, which never is. */
  pid: number | undefined;
  /** Takes units and says nothing of them. */
  isSilent = false;
  /** Takes only one unit in so many; 0: none at all. */
  takesOneIn = 1;
  readonly lastWords = ['its last words'];
  readonly stdout = new PassThrough();
  readonly stdin: Writable;
  readonly exited: Promise<ChildExit>;
  private readonly startedAt = performance.now();
  private exit!: (exit: ChildExit) => void;
  private taken = 0;
  private ticks = 0;
  private readonly waiting: (() => void)[] = [];

  constructor() {
    this.exited = new Promise((resolve) => (this.exit = resolve));
    this.stdin = new Writable({
      write: (_unit, _encoding, done) => {
        this.waiting.push(done);
        if (this.takesOneIn === 1) this.takeOne();
      },
      final: (done) => {
        this.end(0, null);
        done();
      },
    });
    this.stdout.write(VIDEO_INIT);
  }

  /** A frame's time passes. */
  tick(): void {
    this.ticks += 1;
    if (this.takesOneIn > 1 && this.ticks % this.takesOneIn === 0) this.takeOne();
  }

  kill(): void {
    this.end(null, 'SIGKILL');
  }

  end(code: number | null, signal: NodeJS.Signals | null): void {
    this.exit({ code, signal, aliveMs: performance.now() - this.startedAt, lastWords: this.lastWords });
  }

  private takeOne(): void {
    const done = this.waiting.shift();
    if (!done) return;
    if (!this.isSilent) this.stdout.write(fragment(this.taken));
    this.taken += 1;
    done();
  }
}

function fragment(index: number): Buffer {
  const flags = index % GRID.framesPerSegment === 0 ? 0x0200_0000 : 0x0101_0000;
  return Buffer.concat(
    chunkBytes({
      ...{ sequence: index + 1, trackId: 1, decodeTime: index * TRACK.unitTicks, payload: [Buffer.from('abc')] },
      samples: [{ durationTicks: TRACK.unitTicks, bytes: 3, flags, compositionOffset: 0 }],
    }),
  );
}

/** Lets what waits for nothing but its turn have it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Studio {
  readonly encoders: PretendEncoder[] = [];
  readonly facts: MediaFact[] = [];
  readonly downs: Problem[] = [];
  ups = 0;
  mostQueued = 0;
  readonly rung: Rung;
  readonly packager: RenditionPackager;
  private unit = firstUnitOf(TRACK, SEGMENT);
  private elapsedMs = 0;

  constructor(
    folder: string,
    private readonly prepare: (encoder: PretendEncoder, index: number) => void = () => undefined,
  ) {
    const store = new MediaStore(folder);
    store.prepare(['r']);
    this.packager = new RenditionPackager({
      ...{ rendition: 'r', track: TRACK, lowLatency: true, store, firstUnit: this.unit },
      onFact: (fact) => this.facts.push(fact),
      onWriteFailed: () => undefined,
    });
    this.rung = new Rung({
      ...{ rendition: 'r', track: TRACK, primingUnits: 0, primingPackets: 0, unitBytes: UNIT_BYTES },
      startEncoder: () => {
        const encoder = new PretendEncoder();
        this.prepare(encoder, this.encoders.length);
        this.encoders.push(encoder);
        return encoder;
      },
      onDown: (_restarts, problem) => this.downs.push(problem),
      onUp: () => (this.ups += 1),
    });
    studios.push(this);
  }

  get encoder(): PretendEncoder {
    return this.encoders.at(-1)!;
  }

  begin(): this {
    this.rung.begin(this.packager);
    return this;
  }

  /** Hands it units at once, as a stream's beginning is. */
  pad(units: number): void {
    for (let count = 0; count < units; count += 1) this.accept();
  }

  /** Time passes, and a unit comes with every frame of it. */
  async play(seconds: number): Promise<void> {
    for (const end = this.elapsedMs + seconds * 1000; this.elapsedMs < end; this.elapsedMs += FRAME_MS) {
      await vi.advanceTimersByTimeAsync(FRAME_MS);
      this.encoders.forEach((encoder) => encoder.tick());
      this.accept();
      await turn();
      if (this.elapsedMs % CHECK_MS < FRAME_MS) this.rung.checkHung();
    }
  }

  /** Parts so far, as `segment.part`, from 0: those that are there, and those that are gaps. */
  async parts(): Promise<{ all: string[]; gaps: string[] }> {
    await this.packager.settled();
    const parts = this.facts.flatMap((fact) => (fact.kind === 'part' ? [fact.part] : []));
    const names = (some: typeof parts): string[] => some.map(({ segment, index }) => `${segment - SEGMENT}.${index}`);
    return { all: names(parts), gaps: names(parts.filter(({ gap }) => gap)) };
  }

  private accept(): void {
    this.rung.accept(this.unit, new Frame(Buffer.alloc(UNIT_BYTES)));
    this.unit += 1;
    this.mostQueued = Math.max(this.mostQueued, this.rung.takeVitals().queuedUnits);
  }
}

/** `0.0` to the last part of this many seconds. */
const everyPart = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${Math.floor(index / 6)}.${index % 6}`);

let folder: string;
const studios: Studio[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-rung-'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(studios.splice(0).map(({ rung }) => rung.abandon()));
  // The note of a segment that was begun may still be on its way.
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('a rung', () => {
  it('delivers every part while its encoder does', async () => {
    const studio = new Studio(folder).begin();
    await studio.play(8);
    expect(await studio.parts()).toEqual({ all: everyPart(24), gaps: [] });
    expect([studio.encoders.length, studio.downs, studio.ups]).toEqual([1, [], 0]);
  });

  it('whose encoder is killed has a gap up to the next segment, and goes on there under the same numbers', async () => {
    const studio = new Studio(folder).begin();
    await studio.play(3);
    studio.encoder.end(null, 'SIGKILL');
    await studio.play(5);
    const { all, gaps } = await studio.parts();
    expect(all).toEqual(everyPart(24));
    expect(gaps).toEqual(['1.3', '1.4', '1.5']);
    expect(studio.downs.map(({ code, facts }) => [code, facts['reason']])).toEqual([
      ['ffmpeg-failed', 'ended by SIGKILL'],
    ]);
    expect(studio.facts.filter(({ kind }) => kind === 'init')).toHaveLength(1);
  });

  it('is up again when its new encoder delivers, not when it is started', async () => {
    const studio = new Studio(folder).begin();
    await studio.play(2.5);
    studio.encoder.end(1, null);
    await studio.play(1);
    expect([studio.encoders.length, studio.ups]).toEqual([2, 0]);
    await studio.play(1);
    expect(studio.ups).toBe(1);
  });

  it('replaces an encoder that sleeps for three parts though it is fed, and says for how long', async () => {
    const studio = new Studio(folder).begin();
    await studio.play(4);
    studio.encoder.takesOneIn = 0;
    await studio.play(4);
    const { all, gaps } = await studio.parts();
    expect(all).toEqual(everyPart(24));
    expect(gaps).toEqual(everyPart(18).slice(12));
    expect(studio.downs.map(({ facts }) => facts['reason'])).toEqual([
      expect.stringMatching(/^hung: it was fed, and said nothing for 1\.[01] s$/) as unknown,
    ]);
  });

  it('gives one that works three times as long, and replaces it then', async () => {
    const studio = new Studio(folder, (encoder) => (encoder.pid = process.pid)).begin();
    await studio.play(4);
    studio.encoder.isSilent = true;
    await studio.play(2.8);
    expect(studio.encoders).toHaveLength(1);
    await studio.play(0.6);
    expect(studio.encoders).toHaveLength(2);
  });

  it('does not hold the sleep of its own thread against the encoder', async () => {
    const studio = new Studio(folder).begin();
    await studio.play(2);
    await vi.advanceTimersByTimeAsync(60_000);
    studio.rung.checkHung();
    await studio.play(2);
    expect(studio.downs).toEqual([]);
  });

  it('whose encoder cannot keep up sheds whole segments, says so, and never holds more than a bounded queue', async () => {
    const studio = new Studio(folder, (encoder) => (encoder.takesOneIn = 2)).begin();
    // The first one is still expected to work off padding.
    await studio.play(5);
    expect(studio.downs).toHaveLength(1);
    studio.mostQueued = 0;
    await studio.play(35);
    const { all, gaps } = await studio.parts();
    expect(all).toEqual(everyPart(all.length));
    expect(all.length).toBeGreaterThan(110);
    expect(gaps.length).toBeGreaterThan(60);
    expect(new Set(studio.downs.map(({ code }) => code))).toEqual(new Set(['encoder-too-slow']));
    expect(studio.downs[0]!.message).toContain('too slow');
    expect(studio.mostQueued).toBeLessThanOrEqual(MAX_QUEUED_UNITS + 1);
  });

  it('rests longer each time it is too slow, and is forgiven after half a minute that went well', async () => {
    const studio = new Studio(folder, (encoder, index) => (encoder.takesOneIn = index < 3 ? 2 : 1)).begin();
    await studio.play(70);
    expect(studio.downs).toHaveLength(3);
    studio.encoder.takesOneIn = 2;
    await studio.play(5);
    expect(studio.downs).toHaveLength(4);
    expect(studio.encoders).toHaveLength(5);
  });

  it('bears with the padding of the beginning, which is longer than any later queue', () => {
    const studio = new Studio(folder, (encoder) => (encoder.takesOneIn = 0)).begin();
    studio.pad(2 * GRID.framesPerSegment);
    expect(studio.downs).toEqual([]);
    expect(studio.mostQueued).toBe(2 * GRID.framesPerSegment);
  });

  it('starts an encoder that dies at birth again and again, but less and less often', async () => {
    const studio = new Studio(folder, (encoder) => encoder.end(1, null)).begin();
    await studio.play(30);
    expect(studio.encoders.length).toBeGreaterThan(8);
    expect(studio.encoders.length).toBeLessThan(25);
    const { all, gaps } = await studio.parts();
    expect(gaps).toEqual(all);
  });

  it('starts nothing more once it is told to leave', async () => {
    const studio = new Studio(folder).begin();
    await studio.play(1);
    studio.encoder.end(1, null);
    await turn();
    await studio.rung.abandon();
    await studio.play(10);
    expect(studio.encoders).toHaveLength(1);
  });
});
