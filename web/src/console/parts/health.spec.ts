import { describe, expect, it } from 'vitest';
import type { StreamInfo } from '../api/types';
import { healthOf } from './health';

const LIVE: Parameters<typeof healthOf>[0] = {
  ...{ status: 'live', reason: null, last_problem: null, source_connected: true, sources: [] },
  rungs: [{ name: '720p', state: 'up', restarts: 0 }],
  programme: { step: 'source', source_index: 0, pinned: false, since: 0 },
  storage: { writable: true, since: null },
};

const step = (name: StreamInfo['programme']['step']) => ({ ...LIVE.programme, step: name });
const down = (name: string) => ({ name, state: 'down', restarts: 1 }) as const;

describe('the health of a stream, in words', () => {
  it.each([
    ['all is well', LIVE, { tone: 'good', words: 'On air' }],
    ['a rung is down', { ...LIVE, rungs: [down('720p')] }, { tone: 'caution', words: '720p is down' }],
    ['two are', { ...LIVE, rungs: [down('720p'), down('480p')] }, { tone: 'caution', words: '720p and 480p are down' }],
    [
      'a backup is on air',
      { ...LIVE, programme: step('backup') },
      { tone: 'caution', words: 'On air from a backup source' },
    ],
    [
      'the source is lost',
      { ...LIVE, status: 'filling', programme: step('slate') },
      { tone: 'trouble', words: 'No source: viewers see the slate' },
    ],
    [
      'the disk is full, whatever else is',
      { ...LIVE, rungs: [down('720p')], storage: { writable: false, since: 1 } },
      { tone: 'trouble', words: 'The disk takes no media' },
    ],
    ['it was stopped', { ...LIVE, status: 'ended', reason: 'requested' }, { tone: 'idle', words: 'Stopped' }],
    [
      'it failed',
      { ...LIVE, status: 'failed', last_problem: { code: 'ffmpeg-missing', detail: 'no ffmpeg' } },
      { tone: 'trouble', words: 'Failed: no ffmpeg' },
    ],
  ] as const)('when %s', (_, stream, health) => {
    expect(healthOf(stream)).toEqual(health);
  });
});
