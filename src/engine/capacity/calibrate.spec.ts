import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calibrate, lineThrough } from './calibrate.js';
import { parseBenchmark } from './measured-run.js';

describe('what ffmpeg says of its own cost', () => {
  it('is read as user and system time together, from the last of its lines', () => {
    const lines = [
      '[info] bench: utime=9.000s stime=9.000s rtime=9.000s',
      '[info] bench: utime=0.610s stime=0.040s rtime=0.402s',
    ];
    expect(parseBenchmark([...lines, 'bench: maxrss=51200kB'])).toBeCloseTo(0.65, 9);
  });

  it('is unknown when it said nothing of the kind', () => {
    expect(parseBenchmark(['Conversion failed!'])).toBeUndefined();
  });
});

describe('two frame sizes', () => {
  it('tell what every frame costs and what every megapixel costs', () => {
    const costs = lineThrough({ megapixels: 0.1, seconds: 0.002 }, { megapixels: 0.9, seconds: 0.01 });
    expect(costs.encodeFrame).toBeCloseTo(0.001, 9);
    expect(costs.encodeMegapixel).toBeCloseTo(0.01, 9);
  });

  it('never give anything away, however odd the measurement', () => {
    for (const [small, large] of [
      [0.02, 0.01],
      [0.0001, 0.01],
      [0, 0],
    ] as const) {
      const costs = lineThrough({ megapixels: 0.1, seconds: small }, { megapixels: 0.9, seconds: large });
      expect(costs.encodeFrame).toBeGreaterThanOrEqual(0);
      expect(costs.encodeMegapixel).toBeGreaterThan(0);
    }
  });
});

describe('a calibration', () => {
  let folder: string;
  let program: string;

  /** An ffmpeg that reads what it is given, draws black pictures, and claims what each of its runs has cost. */
  const pretendFfmpeg = async (claims: string): Promise<void> => {
    const script = `#!/bin/sh
echo "$*" >> '${folder}/runs'
case "$*" in
  *testsrc2*426x240*) head -c 1840320 /dev/zero;;
  *testsrc2*1280x720*) head -c 16588800 /dev/zero;;
  *) cat > '${folder}/input';;
esac
case "$*" in
${claims}
esac
echo "bench: utime=$utime"s stime=0.000s rtime=9.000s >&2
`;
    await writeFile(program, script);
    await chmod(program, 0o755);
  };
  const HONEST = `  *libx264*426x240*|*426x240*libx264*) utime=0.240;;
  *libx264*1280x720*|*1280x720*libx264*) utime=0.600;;
  *scale=426:240*) utime=0.300;;
  *scale=1280:720*) utime=0.200;;
  *aac*) utime=0.160;;
  *) utime=0.050;;`;
  const measure = (preset = 'veryfast', signal = new AbortController().signal) =>
    calibrate({ ffmpegPath: program, preset, signal });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-calibrate-'));
    program = join(folder, 'ffmpeg');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('divides what its runs cost by what they did', async () => {
    await pretendFfmpeg(HONEST);
    const costs = await measure();
    // 2 ms a small frame (0.10224 megapixels), 10 ms a large one (0.9216): a line through both.
    expect(costs.encodeMegapixel).toBeCloseTo(0.008 / (0.9216 - 0.10224), 6);
    expect(costs.encodeFrame).toBeCloseTo(0.002 - (0.008 / (0.9216 - 0.10224)) * 0.10224, 6);
    expect(costs.decodeMegapixel).toBeCloseTo(0.2 / (60 * 0.9216), 6);
    // 720p to 480p, to 360p, to 240p: megapixels read and written.
    const scaled = 0.9216 + 2 * 0.40992 + 2 * 0.2304 + 0.10224;
    expect(costs.scaleMegapixel).toBeCloseTo(0.1 / (60 * scaled), 6);
    expect(costs.soundSecond).toBeCloseTo(0.02, 6);
  });

  it('may use no more processor time than its budget leaves', async () => {
    await pretendFfmpeg(HONEST.replace('utime=0.600', 'utime=2.600'));
    await measure();
    const runs = (await readFile(join(folder, 'runs'), 'utf8')).trim().split('\n');
    const limits = runs.map((args) => Number(/-timelimit (\d+)/.exec(args)?.[1]));
    expect(limits[0]).toBe(4);
    expect(limits.at(-1)).toBe(1);
  });

  it('measures a slow preset on fewer frames', async () => {
    await pretendFfmpeg(HONEST);
    const [fast, slow] = [await measure('veryfast'), await measure('veryslow')];
    expect(slow.encodeMegapixel).toBeGreaterThan(4 * fast.encodeMegapixel);
  });

  it('fails with the last words of the program that failed', async () => {
    await writeFile(program, '#!/bin/sh\necho "Unknown encoder libx264" >&2\nexit 1\n', { mode: 0o755 });
    await expect(measure()).rejects.toMatchObject({
      code: 'calibration-failed',
      facts: { exitCode: 1, said: ['Unknown encoder libx264'] },
    });
  });

  it('ends its program when it is called off', async () => {
    await writeFile(program, `#!/bin/sh\necho started > '${folder}/runs'\nexec sleep 60\n`, { mode: 0o755 });
    const leaving = new AbortController();
    const measuring = measure('veryfast', leaving.signal);
    leaving.abort();
    await expect(measuring).rejects.toMatchObject({ code: 'calibration-failed' });
  });
});
