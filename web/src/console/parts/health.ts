/** How a stream fares, in a few words and one of four tones. PURE. */
import type { ProgrammeStep, StreamInfo } from '../api/types';
import { listed } from './words';

export type Tone = 'good' | 'caution' | 'trouble' | 'idle';

export interface Health {
  readonly tone: Tone;
  readonly words: string;
}

export const STEP_WORDS: Readonly<Record<ProgrammeStep, string>> = {
  source: 'the source',
  backup: 'a backup source',
  repeat: 'the last picture',
  slate: 'the slate',
};

const OVER: Readonly<Record<string, string>> = {
  requested: 'Stopped',
  stale: 'Stopped: nobody sent a heartbeat',
  'source-ended': 'The source came to its end',
};

type Known = Pick<
  StreamInfo,
  'status' | 'reason' | 'rungs' | 'programme' | 'storage' | 'last_problem' | 'source_connected' | 'sources'
>;

export function healthOf(stream: Known): Health {
  switch (stream.status) {
    case 'starting':
      return starting(stream);
    case 'stopping':
      return { tone: 'idle', words: 'Stopping' };
    case 'ended':
      return { tone: 'idle', words: OVER[stream.reason ?? ''] ?? 'Over' };
    case 'failed':
      return { tone: 'trouble', words: `Failed: ${stream.last_problem?.detail ?? 'the log has the cause'}` };
    default:
      return onAir(stream);
  }
}

function starting({ sources, last_problem: problem }: Known): Health {
  if (problem && sources.every(({ state }) => state !== 'up')) return { tone: 'caution', words: problem.detail };
  return { tone: 'idle', words: 'Starting' };
}

function onAir({ status, programme, rungs, storage }: Known): Health {
  if (!storage.writable) return { tone: 'trouble', words: 'The disk takes no media' };
  const down = rungs.filter(({ state }) => state === 'down').map(({ name }) => name);
  if (status === 'filling') return { tone: 'trouble', words: `No source: viewers see ${STEP_WORDS[programme.step]}` };
  if (down.length > 0) return { tone: 'caution', words: `${listed(down)} ${down.length > 1 ? 'are' : 'is'} down` };
  if (programme.step === 'backup') return { tone: 'caution', words: 'On air from a backup source' };
  return { tone: 'good', words: 'On air' };
}

/** Whether there is something to play. */
export const isPlaying = ({ status }: Pick<StreamInfo, 'status'>): boolean =>
  ['live', 'degraded', 'filling'].includes(status);
/** Whether it is over for good. */
export const isOver = ({ status }: Pick<StreamInfo, 'status'>): boolean => ['ended', 'failed'].includes(status);
