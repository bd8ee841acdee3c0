/** Waits for a stream that was asked for. */
import { setTimeout as passed } from 'node:timers/promises';
import { Problem } from '../engine/problem.js';
import type { LiveStream } from './live/index.js';

/** True when it can be played, false when it is still starting after `seconds`. Throws what ended it before that. */
export async function untilPlayable(stream: LiveStream, seconds: number): Promise<boolean> {
  await Promise.race([stream.begun, passed(seconds * 1000, undefined, { ref: false })]);
  const { state, lastProblem, id } = stream;
  if (state === 'failed' && lastProblem) throw Problem.from(lastProblem);
  if (!stream.active || state === 'stopping') {
    throw new Problem('stream-over', { streamId: id, reason: stream.reason ?? state });
  }
  return state !== 'starting';
}
