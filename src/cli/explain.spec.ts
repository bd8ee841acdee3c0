import { describe, expect, it } from 'vitest';
import { circumstances, unreachable, aSource, agoMs } from '../streams/explain/testing.js';
import { explain } from '../streams/explain/explain.js';
import { explanationLines } from './explain.js';

describe('what lockstep explain prints', () => {
  it('is the summary first, what to do, and then the rest, wrapped', () => {
    const lastProblem = unreachable('exit code 1', 'rtmp://media.example.com/…: Connection refused');
    const explanation = explain(
      circumstances({
        state: 'filling',
        sources: [aSource({ state: 'lost', sinceMs: agoMs(12), lastProblem })],
        programme: { step: 'slate', onAir: 0, pinned: false, sinceMs: agoMs(9), absentSinceMs: agoMs(12) },
      }),
    );
    expect(explanationLines(explanation, 80).join('\n')).toBe(`camera: filling
  The source rtmp://media.example.com/… has sent nothing for 12 s (nothing
  accepts connections at that address and port), so viewers see the slate since
  02:59:51 UTC.

What to do
  - Start the sender or the server it connects to; check host and port, and
    firewalls on the way.

What viewers see
  slate: Nothing comes from the source rtmp://media.example.com/…: nothing
  accepts connections at that address and port.

Sources
  0 rtmp://media.example.com/… (on air): 1280x720, 30 fps, h264; aac, stereo, 48
  kHz
    It is away since 02:59:48 UTC and tried again and again: nothing accepts
    connections at that address and port.

Qualities
  720p: It keeps up, 7.1 times as fast as real time; half of its parts are out
  28 ms after their end.
  480p: It keeps up, 7.1 times as fast as real time; half of its parts are out
  28 ms after their end.
  audio: It keeps up, 3.2 times as fast as real time; half of its parts are out
  28 ms after their end.

Latency
  source unknown, playout unknown, encoder 38 ms, publication unknown, part 333
  ms, player 1024 ms; together 1395 ms; the longest: player

ffmpeg said
  source 0: rtmp://media.example.com/…: Connection refused
    Nothing accepts connections at that address and port.`);
  });

  it('leaves out what there is nothing to say of', () => {
    const text = explanationLines(explain(circumstances())).join('\n');
    expect(text).toMatch(/^camera: live\n {2}Everything is fine/);
    expect(text).not.toMatch(/What to do|ffmpeg said/);
  });
});
