/**
 * Everything a source can do wrong while it is there: what viewers get is judged all along, and afterwards picture and
 * sound are looked at and listened to: whole, moving, and together.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBadSource, type BadSource } from '../../bad-source/index.js';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { beepTimes, flashTimes, soundDelays } from '../support/flash-and-beep.js';
import { complaints, judge, type Judged } from '../support/judged.js';
import { byDate, freshWindow, type MediaWindow } from '../support/media-window.js';
import { startServer, type RunningServer } from '../support/server.js';

/** EBU R37 allows 40 ms of early sound, and so do we either way. */
const LIMIT = 0.04;
const SEGMENTS = 4;
const FPS = 30;

interface Fault {
  readonly name: string;
  readonly script: string;
  /** Seconds until it is over and has been got over. */
  readonly seconds: number;
  /** Flashes that may be missed by another frame rate, beyond those at the ends of the window. */
  readonly missed?: number;
}

const FAULTS: readonly (readonly Fault[])[] = [
  [
    { name: 'slower', script: 'up 5 late 700 up 60', seconds: 14 },
    { name: 'bites', script: 'bites 300 up 60', seconds: 12 },
    { name: 'backlog', script: 'backlog 3 up 60', seconds: 10 },
    { name: 'fast-clock', script: 'drift 2000 up 60', seconds: 12 },
  ],
  [
    { name: 'wraps', script: 'up 3 wrap up 60', seconds: 14 },
    { name: 'jumps-back', script: 'up 5 jump -30 up 60', seconds: 14 },
    { name: 'jumps-far', script: 'up 5 jump 3600 up 60', seconds: 14 },
    { name: 'jumps-a-little', script: 'up 5 jump 3 up 60', seconds: 14 },
  ],
  [
    { name: 'other-size', script: 'up 5 size 320x180 up 60', seconds: 16 },
    { name: 'other-rate', script: 'up 5 rate 25 up 60', seconds: 16, missed: 1 },
    { name: 'other-sound', script: 'up 5 samplerate 44100 up 60', seconds: 16 },
    { name: 'sound-away', script: 'up 5 sound off up 4 sound on up 60', seconds: 20 },
  ],
];

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server?.stop());

describe.each(FAULTS.map((faults) => ({ faults, names: faults.map(({ name }) => name).join(', ') })))(
  'a source: $names',
  ({ faults }) => {
    const sources = new Map<string, BadSource>();
    const judged = new Map<string, Judged[]>();
    const windows = new Map<string, MediaWindow>();

    beforeAll(async () => {
      await Promise.all(
        faults.map(async ({ name, script, seconds }) => {
          const source = await startBadSource({ script: `size 426x240 ${script}` });
          sources.set(name, source);
          await startStream(server.url, { stream_id: name, source_url: source.url, qualities: ['240p'] });
          await untilStatus(server.url, name, 'live');
          const stream = `${server.url}/streams/${name}`;
          judged.set(name, await judge([`${stream}/playlist.m3u8`], seconds));
          windows.set(name, await freshWindow(stream, SEGMENTS));
        }),
      );
    }, 120_000);

    afterAll(async () => {
      await Promise.all(faults.map(({ name }) => stopStream(server.url, name)));
      await Promise.all([...sources.values()].map((source) => source.stop()));
    });

    it.each(faults)('$name: players get a flawless stream', ({ name }) => {
      expect(complaints(judged.get(name)!)).toEqual([]);
    });

    it.each(faults)('$name: every flash is seen, with its beep', ({ name, missed = 0 }) => {
      const { picture, sound } = windows.get(name)!;
      const delays = soundDelays(flashTimes(byDate(picture), FPS), beepTimes(byDate(sound)));
      // Two may lie at the ends of the window, and a busy machine may lose another picture.
      expect(delays.length).toBeGreaterThanOrEqual(2 * SEGMENTS - 3 - missed);
      expect(Math.max(...delays.map(Math.abs))).toBeLessThanOrEqual(LIMIT);
    });
  },
);
