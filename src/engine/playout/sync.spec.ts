/** Picture and sound through the playout, each marked with its source time, under everything a path does to them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioTrack, houseGrid, ratio, segmentAt, unixMsOf, videoTrack } from '../timeline/index.js';
import { Frame } from './frame.js';
import { Playout } from './playout.js';
import { BYTES_PER_SAMPLE } from './sound-buffer.js';
import { Staircase } from './staircase.js';

const START = Date.UTC(2026, 0, 1, 12) + 500;
const TICK_MS = 10;
const JITTER_MS = 100;
/** A sample says how many of these have passed since the source began: enough for an hour in 16 bits. */
const MARK_SAMPLES = 6_000;

/** When media of a source time (ms) arrives, ms after the start. */
type Path = (sourceMs: number) => number;

interface Shown {
  /** House time minus source time, ms, for every unit the source filled. */
  readonly picture: { readonly houseMs: number; readonly offsetMs: number }[];
  readonly sound: { readonly houseMs: number; readonly offsetMs: number }[];
  readonly playout: Playout;
}

function play(seconds: number, path: { video: Path; audio: Path }, fps = ratio(30)): Shown {
  const grid = houseGrid(fps, 2, 1 / 3);
  const frameMs = (1000 * fps.den) / fps.num;
  const [video, audio] = [videoTrack(grid), audioTrack(grid)];
  const shown: Omit<Shown, 'playout'> = { picture: [], sound: [] };
  let lastFrame = -1;
  const playout = new Playout({
    ...{ grid, jitterMs: JITTER_MS, lanes: [{ width: 2, height: 2 }] },
    onVideo: (_, unit, { bytes }) => {
      const frame = bytes.readUInt32LE(0);
      if (bytes.length !== 4 || frame === lastFrame) return;
      lastFrame = frame;
      const houseMs = unixMsOf(video, unit);
      shown.picture.push({ houseMs, offsetMs: houseMs - START - frame * frameMs });
    },
    onAudio: (unit, block) => {
      // The first whole mark of the block, if it has one: its place in the block is its house time.
      for (let sample = 520; sample < 1_024; sample += 1) {
        const [before, here] = [sample - 1, sample].map((at) => block.readInt16LE(at * BYTES_PER_SAMPLE));
        if (here! <= 0 || here !== before! + 1) continue;
        const houseMs = unixMsOf(audio, unit) + (sample * 1000) / 48_000;
        shown.sound.push({ houseMs, offsetMs: houseMs - START - (here * MARK_SAMPLES * 1000) / 48_000 });
        return;
      }
    },
    chooseFirstSegment: (nowMs) => segmentAt(grid, nowMs) - 1,
    staircase: new Staircase({ slateAfterMs: null, nextSourceAfterMs: null, giveUpAfterMs: null }, START),
    onBroken: (reason) => expect.fail(reason),
  });
  playout.beginConnection();
  const samplesMs = 1024 / 48;
  let [frames, blocks] = [0, 0];
  for (let now = 0; now < seconds * 1000; now += TICK_MS) {
    for (; path.video(frames * frameMs) <= now; frames += 1) {
      const frame = Buffer.alloc(4);
      frame.writeUInt32LE(frames);
      playout.pushVideo(0, new Frame(frame), START + now);
    }
    // A block of sound is there when its last sample is.
    const bite: Buffer[] = [];
    for (; path.audio((blocks + 1) * samplesMs) <= now; blocks += 1) bite.push(marked(blocks * 1024));
    if (bite.length > 0) playout.pushAudio(Buffer.concat(bite), START + now);
    playout.tick(START + now);
  }
  return { ...shown, playout };
}

function marked(from: number): Buffer {
  const bytes = Buffer.alloc(1024 * BYTES_PER_SAMPLE);
  for (let sample = 0; sample < 1024; sample += 1) {
    bytes.writeInt16LE(Math.floor((from + sample) / MARK_SAMPLES), sample * BYTES_PER_SAMPLE);
  }
  return bytes;
}

/**
 * The largest distance between sound and the picture that is new in that moment, ms. In the instant of a jump the one may
 * have been decided before it and the other after: what is near one is not looked at.
 */
function worstOffset({ picture, sound }: Shown, fromMs: number): number {
  let worst = 0;
  let at = 0;
  for (const { houseMs, offsetMs } of sound) {
    if (houseMs - START < fromMs) continue;
    while (at + 1 < picture.length && picture[at + 1]!.houseMs <= houseMs) at += 1;
    const near = picture[at];
    const [before, after] = [picture[at - 6], picture[at + 6]];
    if (!before || !after || Math.abs(before.offsetMs - after.offsetMs) > 20) continue;
    if (!near || Math.abs(near.houseMs - houseMs) > 42) continue;
    worst = Math.max(worst, Math.abs(near.offsetMs - offsetMs));
  }
  return worst;
}

const steady: Path = (sourceMs) => sourceMs + 20;
const inBites =
  (biteMs: number): Path =>
  (sourceMs) =>
    Math.ceil((sourceMs + 1) / biteMs) * biteMs;
const slowerBy =
  (ms: number, from: number): Path =>
  (sourceMs) =>
    sourceMs + 20 + (sourceMs > from ? ms : 0);
const drifting =
  (ppm: number): Path =>
  (sourceMs) =>
    sourceMs * (1 - ppm / 1e6) + 20;

describe('picture and sound', () => {
  it.each<[string, Path, Path]>([
    ['come on time', steady, steady],
    ['come in bites of 183 ms', inBites(183), inBites(183)],
    ['come with the sound in larger bites', steady, inBites(300)],
    ['come with the sound 250 ms after the picture', steady, (ms) => ms + 270],
    ['become 700 ms slower', slowerBy(700, 8_000), slowerBy(700, 8_000)],
  ])('stay together when they %s', (_, video, audio) => {
    const shown = play(30, { video, audio });
    expect(shown.picture.length).toBeGreaterThan(700);
    expect(shown.sound.length).toBeGreaterThan(80);
    expect(worstOffset(shown, 3_000)).toBeLessThan(25);
  });

  it('lose nothing, once it is known, to a camera that delivers in bites', () => {
    for (const biteMs of [183, 300, 500]) {
      const { playout, picture } = play(40, { video: inBites(biteMs), audio: inBites(biteMs) });
      const late = picture.filter(({ houseMs }) => houseMs - START > 10_000);
      expect(late.length).toBeGreaterThanOrEqual(28 * 30);
      expect(playout.counts.anchorMoves).toBeLessThan(25);
    }
  });

  it.each([200, -200])(
    'stay together for a quarter of an hour of a clock %d ppm off, without a repeated sound',
    (ppm) => {
      const shown = play(900, { video: drifting(ppm), audio: drifting(ppm) });
      expect(worstOffset(shown, 3_000)).toBeLessThan(25);
      const { counts } = shown.playout;
      // The padding before the source's beginning, and nothing else.
      expect(counts.filledAudio).toBeLessThan(130);
      // The source's quarter of an hour is five frames longer or shorter than the house's.
      expect(counts.filledVideo).toBeLessThan(20);
      expect(Math.abs(shown.sound.at(-1)!.offsetMs - shown.sound[20]!.offsetMs)).toBeGreaterThan(100);
    },
  );

  it('stay together whatever delays a path has, as long as it keeps their order', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(delays, fc.constantFrom(ratio(25), ratio(30), ratio(30_000, 1001)), (seconds, fps) => {
        // Each delay holds for three seconds; nothing overtakes.
        const path: Path = (sourceMs) => {
          const index = Math.min(9, Math.floor(sourceMs / 3_000));
          const boundary = index * 3_000;
          return Math.max(sourceMs + seconds[index]!, index > 0 ? boundary + seconds[index - 1]! : 0);
        };
        const shown = play(30, { video: path, audio: path }, fps);
        expect(worstOffset(shown, 3_000)).toBeLessThan(40);
      }),
      { numRuns: 10 },
    );
  });
});
