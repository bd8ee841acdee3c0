/** Each word of the fault language does what it says, seen by a reader and by ffprobe. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startBadSource, type BadSource, type BadSourceOptions } from '../../bad-source/index.js';
import { framesIn, Reader, runOn, steps, type ProbedFrame } from '../../bad-source/testing.js';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/bad-source.mjs', import.meta.url));
const WRAP_SECONDS = 2 ** 33 / 90_000;
/** Timestamps and arrivals may be off by a few frames, and by what a busy machine takes. */
const ROOM_MS = 250;

const running: BadSource[] = [];

/** Small, so that five at a time leave the machine some air. */
async function start(script: string, options: BadSourceOptions = {}): Promise<BadSource> {
  const source = await startBadSource({ script: `size 320x180 ${script}`, ...options });
  running.push(source);
  return source;
}

/** Reads a source from its first frame until its script is over, and stops it. */
async function recorded(script: string): Promise<Reader> {
  const source = await start(script);
  const reader = await Reader.connect(source.url);
  await source.finished();
  await source.stop();
  await reader.closed;
  return reader;
}

/** The longest time nothing came, in milliseconds. */
const longestSilenceMs = (frames: readonly ProbedFrame[]): number =>
  Math.max(...steps(frames.map(({ arrivedMs }) => arrivedMs)));

/** The largest step between presentation times, in milliseconds. */
const largestStepMs = (frames: readonly ProbedFrame[]): number =>
  Math.max(...steps(frames.map(({ seconds }) => seconds * 1000)));

/** How long each frame was under way, in milliseconds, against the one that was quickest. */
function delaysMs(frames: readonly ProbedFrame[]): number[] {
  const raw = frames.map(({ arrivedMs, seconds }) => arrivedMs - seconds * 1000);
  return raw.map((delay) => delay - Math.min(...raw));
}

interface ProbedStream {
  /** PID. */
  id: string;
  codec_type: string;
  width?: number;
  r_frame_rate: string;
  sample_rate?: string;
}

/** What ffprobe makes of a piece of what was read. */
async function probed(bytes: Buffer): Promise<ProbedStream[]> {
  const { output } = await runOn(bytes, 'ffprobe', ['-v', 'quiet', '-show_streams', '-of', 'json', '-']);
  return (JSON.parse(output || '{}') as { streams?: ProbedStream[] }).streams ?? [];
}

afterAll(async () => {
  await Promise.all(running.map((source) => source.stop()));
});

describe.concurrent('a bad source that is', () => {
  it('up is a live picture and sound, flash and beep at the same instant', async () => {
    const reader = await recorded('up 4');
    const frames = await reader.frames();
    expect(frames.length).toBeGreaterThan(85);
    expect(largestStepMs(frames)).toBeLessThan(40);
    expect(Math.max(...delaysMs(frames))).toBeLessThan(ROOM_MS);
    const white = ['-vf', 'negate,blackframe=amount=95:threshold=32', '-af', 'silencedetect=noise=-20dB:duration=0.3'];
    const { errors } = await runOn(reader.bytes, 'ffmpeg', [
      '-nostdin',
      '-copyts',
      '-i',
      '-',
      ...white,
      '-f',
      'null',
      '-',
    ]);
    const flashes = [...errors.matchAll(/blackframe.* t:(\S+)/g)].map(([, seconds]) => Number(seconds));
    const beeps = [...errors.matchAll(/silence_end: (\S+)/g)].map(([, seconds]) => Number(seconds));
    const heard = flashes.filter((flash) => beeps.some((beep) => Math.abs(beep - flash) < 0.03));
    expect([flashes.length >= 3, heard.length >= 2]).toEqual([true, true]);
  });

  it('dropped closes its connections, refuses new ones, and is back at the same address', async () => {
    const source = await start('up 1 drop 1 up 9');
    const reader = await Reader.connect(source.url);
    await reader.closed;
    await expect(Reader.connect(source.url)).rejects.toThrow('ECONNREFUSED');
    const back = await until('it takes readers again', () => Reader.connect(source.url).catch(() => undefined), 5_000);
    await until('media comes', () => back.bytes.length > 0, 5_000);
    await source.stop();
  });

  it('stalled sends nothing, and what was filmed meanwhile is lost', async () => {
    const frames = await (await recorded('up 1 stall 1 up 1')).frames();
    expect(longestSilenceMs(frames)).toBeGreaterThan(1000 - ROOM_MS);
    expect(largestStepMs(frames)).toBeGreaterThan(1000 - ROOM_MS);
  });

  it('frozen sends nothing, then everything at once', async () => {
    const frames = await (await recorded('up 1 freeze 1.5 up 1')).frames();
    expect(longestSilenceMs(frames)).toBeGreaterThan(1500 - ROOM_MS);
    expect(largestStepMs(frames)).toBeLessThan(40);
    expect(Math.max(...delaysMs(frames))).toBeGreaterThan(1500 - ROOM_MS);
  });

  it('slow falls behind by half of the time, then catches up', async () => {
    const frames = await (await recorded('up 1 slow 2 up 1')).frames();
    const delays = delaysMs(frames);
    expect(largestStepMs(frames)).toBeLessThan(40);
    expect(Math.max(...delays)).toBeGreaterThan(1000 - ROOM_MS);
    expect(Math.max(...delays)).toBeLessThan(1000 + ROOM_MS);
    expect(delays.at(-1)).toBeLessThan(ROOM_MS);
  });

  it('late from some moment on is late for good', async () => {
    const frames = await (await recorded('up 1 late 700 up 2')).frames();
    expect(largestStepMs(frames)).toBeLessThan(40);
    expect(longestSilenceMs(frames)).toBeGreaterThan(700 - ROOM_MS);
    expect(delaysMs(frames).at(-1)).toBeGreaterThan(700 - ROOM_MS);
  });

  it('jittery delays every frame differently', async () => {
    const frames = await (await recorded('jitter 300 up 3')).frames();
    const delays = delaysMs(frames);
    expect(Math.max(...delays)).toBeGreaterThan(120);
    expect(Math.max(...delays)).toBeLessThan(300 + ROOM_MS);
    expect(new Set(delays.map((delay) => Math.round(delay / 20))).size).toBeGreaterThan(5);
  });

  it('biting delivers twice a second', async () => {
    const frames = await (await recorded('bites 500 up 3')).frames();
    const silences = steps(frames.map(({ arrivedMs }) => arrivedMs)).filter((ms) => ms > 500 - ROOM_MS);
    expect(silences.length).toBeGreaterThanOrEqual(3);
    expect(silences.length).toBeLessThanOrEqual(6);
  });

  it('kept in a backlog gives a new reader the last seconds at once', async () => {
    const source = await start('backlog 2 up 3 up 9');
    await until('it has been up for three seconds', () => source.status().inForce?.text === 'up 9');
    const connectedMs = performance.now();
    const reader = await Reader.connect(source.url);
    await until('a reader has media', () => reader.bytes.length > 20_000, 5_000);
    const atOnce = (await reader.frames()).filter(({ arrivedMs }) => arrivedMs < connectedMs + ROOM_MS);
    await source.stop();
    expect(atOnce.at(-1)!.seconds - atOnce[0]!.seconds).toBeGreaterThan(1.5);
  });

  it('jumping changes all timestamps, forth and back', async () => {
    const reader = await recorded('up 1 jump 30 up 1 jump -45.5 up 1');
    for (const kind of ['video', 'audio'] as const) {
      const jumps = steps((await reader.frames(kind)).map(({ seconds }) => seconds)).filter((s) => Math.abs(s) > 1);
      expect(jumps.map((jump) => Math.round(jump * 2) / 2)).toEqual([30, -45.5]);
    }
  });

  it('about to wrap wraps three seconds later', async () => {
    const frames = await (await recorded('wrap up 4')).frames();
    expect(frames[0]!.seconds).toBeGreaterThan(WRAP_SECONDS - 3.1);
    const wrapped = frames.findIndex(({ seconds }) => seconds < 10);
    expect(frames[wrapped - 1]!.seconds).toBeGreaterThan(WRAP_SECONDS - 0.04);
    expect(frames[wrapped]!.seconds).toBeLessThan(0.04);
  });

  it('drifting films and delivers faster than real time', async () => {
    const frames = await (await recorded('drift 100000 up 4')).frames();
    const [first, last] = [frames[0]!, frames.at(-1)!];
    const speed = (last.seconds - first.seconds) / ((last.arrivedMs - first.arrivedMs) / 1000);
    expect(speed).toBeGreaterThan(1.06);
    expect(speed).toBeLessThan(1.14);
    expect(largestStepMs(frames)).toBeLessThan(40);
  });

  it('changed goes on in another size, rate and sample rate, its time without a break', async () => {
    const source = await start('up 1 size 256x144 rate 25 samplerate 44100 up 2');
    const reader = await Reader.connect(source.url);
    await source.finished();
    await source.stop();
    const frames = await reader.frames();
    expect(largestStepMs(frames)).toBeLessThan(110);
    const [first, last] = [0, 0.6].map((share) => Math.floor((reader.bytes.length * share) / 188) * 188);
    const beginning = await probed(reader.bytes.subarray(first, Math.floor(reader.bytes.length / 4)));
    expect(beginning).toMatchObject([{ width: 320, r_frame_rate: '30/1' }, { sample_rate: '48000' }]);
    const end = await probed(reader.bytes.subarray(last));
    expect(end).toMatchObject([{ width: 256, r_frame_rate: '25/1' }, { sample_rate: '44100' }]);
  });

  it('mute loses its sound, and one without a picture its picture, on the PIDs they had before', async () => {
    const source = await start('');
    const reader = await Reader.connect(source.url);
    for (const [words, pids] of [
      ['sound off', ['0x100']],
      ['sound on picture off', ['0x101']],
      ['picture on', ['0x100', '0x101']],
    ] as const) {
      source.say(words);
      await until(`after "${words}" there is ${pids.join(', ')}`, async () => {
        const streams = await probed(reader.bytes.subarray(-60 * 188));
        return streams.map(({ id }) => id).join() === pids.join();
      });
    }
    await source.stop();
  });

  it('garbage sends as many bytes, and none of them is media', async () => {
    const source = await start('up 1 garbage 1 up 1');
    const reader = await Reader.connect(source.url);
    await source.finished();
    await source.stop();
    const { bytes } = reader;
    const packets = Array.from({ length: Math.floor(bytes.length / 188) }, (_, index) => bytes[index * 188]);
    const bad = packets.filter((first) => first !== 0x47).length;
    expect(bad).toBeGreaterThan(packets.length * 0.15);
    expect(bad).toBeLessThan(packets.length * 0.6);
    expect(largestStepMs(await reader.frames())).toBeGreaterThan(1000 - ROOM_MS);
  });

  it('lossy loses that share of its packets', async () => {
    const { bytes } = await recorded('lossy 10 up 3');
    const counters = new Map<number, number>();
    let [lost, all] = [0, 0];
    for (let at = 0; at + 188 <= bytes.length; at += 188) {
      const [pid, counter] = [bytes.readUInt16BE(at + 1) & 0x1fff, bytes[at + 3]! & 0x0f];
      lost += (counter - ((counters.get(pid) ?? counter - 1) + 1) + 16) % 16;
      all += 1;
      counters.set(pid, counter);
    }
    expect(lost / (lost + all)).toBeGreaterThan(0.05);
    expect(lost / (lost + all)).toBeLessThan(0.15);
  });
});

describe.concurrent('a bad source that pushes', () => {
  it('sends over SRT what it would have sent over TCP, fault for fault, and comes back to a far end that left', async () => {
    const target = `srt://127.0.0.1:${await freePort()}`;
    const source = await start('', { push: target });
    for (const jump of [30, -20]) {
      const farEnd = new FfmpegProcess({
        program: 'ffmpeg',
        args: [
          '-v',
          'error',
          '-f',
          'data',
          '-i',
          `${target}?mode=listener`,
          '-c',
          'copy',
          '-map',
          '0',
          '-f',
          'data',
          '-',
        ],
      });
      const received: Buffer[] = [];
      farEnd.stdout.on('data', (bytes: Buffer) => received.push(bytes));
      await until('media comes', () => received.length > 10);
      source.say(`jump ${jump}`);
      await until(`a jump of ${jump} s came through`, async () => {
        const seconds = (await framesIn(Buffer.concat(received))).map((frame) => frame.seconds);
        return steps(seconds).some((step) => Math.abs(step - jump) < 0.1);
      });
      farEnd.kill();
      await farEnd.exited;
    }
    await source.stop();
  });

  it('is an RTMP camera', async () => {
    const target = `rtmp://127.0.0.1:${await freePort()}/live/bad`;
    const farEnd = new FfmpegProcess({
      program: 'ffmpeg',
      args: ['-v', 'error', '-listen', '1', '-i', target, '-c', 'copy', '-f', 'mpegts', '-'],
    });
    const received: Buffer[] = [];
    farEnd.stdout.on('data', (bytes: Buffer) => received.push(bytes));
    const source = await start('', { push: target });
    await until('picture and sound come', async () => {
      const kinds = (await probed(Buffer.concat(received))).map(({ codec_type }) => codec_type);
      return kinds.includes('video') && kinds.includes('audio');
    });
    await source.stop();
    farEnd.kill();
    await farEnd.exited;
  });
});

describe.concurrent('npm run bad-source', () => {
  const run = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [SCRIPT, ...args], { timeout: 20_000 }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });

  it('says its address first, then each word as its turn comes, and leaves at the end', async () => {
    const { code, stdout, stderr } = await run('late 100 up 1', 'jump 3 end');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+\n$/)]);
    expect(stderr.match(/ s {2}(.*)/g)).toEqual([' s  late 100', ' s  up 1', ' s  jump 3', ' s  end']);
  });

  it('refuses a word it does not know, with the one that was meant', async () => {
    const { code, stderr } = await run('up 1 dorp 5');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('word 2, "dorp" (column 6): no such word. Did you mean "drop"?'),
    ]);
  });
});
