import { describe, expect, it } from 'vitest';
import { ratio, unixMsOf, videoTrack, firstUnitOf, type TrackDescription } from '../timeline/index.js';
import type { SegmentFormat } from '../storage/index.js';
import { historyFacts, withLostChanges, type EarlierLife, type EarlierRendition } from './earlier-life.js';
import type { PipelineSpec } from './pipeline-spec.js';
import { planStream } from './stream-plan.js';

const FIRST = 108_000_000;
const INIT: TrackDescription = { name: 'init-aaaaaaaaaaaa.mp4', codec: 'avc1.64001f', width: 1280, height: 720 };
const OTHER: TrackDescription = { ...INIT, name: 'init-bbbbbbbbbbbb.mp4' };
const SOUND: TrackDescription = { name: 'init-cccccccccccc.mp4', codec: 'mp4a.40.2', channels: 2 };

function plan(formats: readonly SegmentFormat[] = ['fmp4']) {
  const spec: PipelineSpec = {
    ...{ streamId: 'camera', sourceUrls: ['test:'], audioKbps: 128, lowLatency: true, formats, folder: 'camera' },
    rungs: [{ name: '720p', height: 720, videoKbps: 2500, audioKbps: 128, profile: 'high' }],
    houseRate: undefined,
    houseLadder: undefined,
    onLoss: { slateAfter: 3, nextSourceAfter: 5, giveUpAfter: null, failBackAfter: 10 },
    slate: { text: '', imageUrl: undefined, imagePath: undefined },
    settings: {
      ...{ segmentSeconds: 2, partSeconds: 0.333, windowSegments: 10, maxFps: 30, jitterSeconds: 0.1 },
      ...{
        sourceTimeoutSeconds: 10,
        encoderPreset: 'veryfast',
        diskReserveBytes: 0,
        ffmpegPath: 'ffmpeg',
        ffprobePath: 'ffprobe',
      },
      mediaRoot: undefined,
      allowedAddresses: [],
    },
  };
  return planStream(spec, {
    format: 'nut',
    video: { codec: 'h264', width: 1280, height: 720, fps: ratio(30), interlaced: false },
    audio: { codec: 'aac', channels: 2, sampleRate: 48_000 },
  });
}

function left(numbers: readonly number[], options: { formats?: SegmentFormat[]; changes?: [number, string][] } = {}) {
  const { formats = ['fmp4'], changes = [[1, INIT.name]] } = options;
  const picture: EarlierRendition = {
    changes: changes.map(([segment, init]) => ({ segment, init })),
    segments: formats.flatMap((format) =>
      numbers.map((segment) => ({ segment, format, bytes: 1000, writtenAtMs: segment * 2000 })),
    ),
    inits: new Map([INIT, OTHER].map((init) => [init.name, init])),
  };
  const sound = { ...picture, changes: [{ segment: 1, init: SOUND.name }], inits: new Map([[SOUND.name, SOUND]]) };
  const track = videoTrack(plan().grid);
  const highest = Math.max(...numbers);
  const life: EarlierLife = {
    broken: [],
    highest: { segment: highest, writtenAtMs: unixMsOf(track, firstUnitOf(track, highest + 1)) + 300 },
    renditions: new Map([
      ['720p', picture],
      ['audio', sound],
    ]),
  };
  return life;
}

const picturesOf = (facts: ReturnType<typeof historyFacts>, format: SegmentFormat = 'fmp4') =>
  facts.flatMap((fact) =>
    fact.kind === 'history' && fact.rendition === '720p' && fact.format === format ? [fact] : [],
  )[0]!;

describe('a journal of init segments that lost lines', () => {
  const files = [10, 11, 12, 13].map((segment) => ({
    ...{ segment, format: 'fmp4' as const, bytes: 1000 },
    writtenAtMs: segment * 2000,
  }));
  const [first, second] = [INIT.name, OTHER.name];

  it('is what it says where it knows all init segments', () => {
    const changes = [{ segment: 10, init: first }];
    expect(withLostChanges(changes, [{ init: first, writtenAtMs: 99_000 }], files)).toEqual(changes);
  });

  it('began with the only init segment there is', () => {
    expect(withLostChanges([], [{ init: first, writtenAtMs: 99_000 }], files)).toEqual([{ segment: 10, init: first }]);
  });

  it('changed with the first segment that was written after an init segment it does not know', () => {
    const inits = [
      { init: second, writtenAtMs: 23_000 },
      { init: first, writtenAtMs: 19_000 },
    ];
    expect(withLostChanges([{ segment: 10, init: first }], inits, files)).toEqual([
      { segment: 10, init: first },
      { segment: 12, init: second },
    ]);
  });

  it('says nothing of an init segment that no segment came after', () => {
    const inits = [{ init: second, writtenAtMs: 27_000 }];
    expect(withLostChanges([{ segment: 10, init: first }], inits, files)).toHaveLength(1);
  });
});

describe('what an earlier life left', () => {
  it('is the window before the first new segment, with a gap for what is missing or was never finished', () => {
    const facts = historyFacts(left([FIRST - 12, FIRST - 9, FIRST - 7, FIRST - 6]), plan(), FIRST, 10);
    const { history, inits } = picturesOf(facts);
    expect(history.segments.map(({ number, gap, init }) => [number - FIRST, gap, init])).toEqual([
      [-9, false, INIT.name],
      [-8, true, INIT.name],
      [-7, false, INIT.name],
      [-6, false, INIT.name],
      ...[-5, -4, -3, -2, -1].map((number) => [number, true, INIT.name]),
    ]);
    expect(inits).toContain(INIT);
    expect(history.segments[0]).toMatchObject({
      startTicks: (FIRST - 9) * 180_000,
      durationTicks: 180_000,
      bytes: 1000,
    });
  });

  it('knows which init segment each of its segments needs', () => {
    const life = left([FIRST - 3, FIRST - 2, FIRST - 1], {
      changes: [
        [1, INIT.name],
        [FIRST - 2, OTHER.name],
      ],
    });
    const { history } = picturesOf(historyFacts(life, plan(), FIRST, 10));
    expect(history.segments.map(({ init }) => init)).toEqual([INIT.name, OTHER.name, OTHER.name]);
    expect(history.inits).toHaveLength(2);
  });

  it('is told for each format by itself, transport streams with the sound they hold', () => {
    const life = left([FIRST - 1], { formats: ['mpegts'] });
    const facts = historyFacts(life, plan(['fmp4', 'mpegts']), FIRST, 10);
    expect(picturesOf(facts, 'fmp4').history.segments).toEqual([]);
    const { history, inits } = picturesOf(facts, 'mpegts');
    expect([history.segments.length, inits[0]!.codec]).toEqual([1, 'avc1.64001f,mp4a.40.2']);
  });

  it('counts for nothing where its numbers mean other times, or nobody noted what they need', () => {
    const life = left([FIRST - 1]);
    const wrong = { ...life, highest: { segment: FIRST - 1, writtenAtMs: life.highest!.writtenAtMs - 3_600_000 } };
    expect(historyFacts(wrong, plan(), FIRST, 10)).toEqual([]);
    const unnoted = left([FIRST - 1], { changes: [] });
    expect(historyFacts(unnoted, plan(), FIRST, 10).every((fact) => fact.rendition === 'audio')).toBe(true);
    expect(historyFacts({ highest: undefined, renditions: new Map(), broken: [] }, plan(), FIRST, 10)).toEqual([]);
  });
});
