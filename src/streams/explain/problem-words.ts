/** Problems of the engine as a cause to name and a thing to do. PURE. */
import type { SerializedProblem } from '../../engine/problem.js';
import { PROBLEM_FACES } from '../../platform/problems/index.js';
import { causeOf } from './ffmpeg-complaints.js';

export interface Cause {
  /** Goes on after a colon: begins small, no full stop. */
  readonly words: string;
  /** A sentence; undefined where nothing needs to be done. */
  readonly remedy: string | undefined;
}

const KILLED_REMEDY =
  'If nobody did that, the kernel did for want of memory: look for "Out of memory" in dmesg, and free memory or end a stream.';

/** Why a source was lost. */
export function sourceCause(problem: SerializedProblem): Cause {
  if (problem.code !== 'source-unreachable') return faceOf(problem);
  const reason = text(problem.facts['reason']);
  const said = causeOf(linesOf(problem));
  if (/^no data for/.test(reason)) {
    return {
      words: `it was connected or being opened, and sent ${reason}`.replace('sent no data', 'sent nothing'),
      remedy:
        'Check that the encoder is running and sends to the right address; SOURCE_TIMEOUT says how long a source may be silent.',
    };
  }
  if (/^its (?:timestamps|picture)/.test(reason))
    return { words: reason, remedy: 'It is opened anew by itself. If that repeats, restart the encoder.' };
  if (said) return { words: said.meaning, remedy: said.remedy };
  if (reason === 'the source ended')
    return { words: 'the sender ended the stream', remedy: 'Start the sender again, if it should be on.' };
  const last = linesOf(problem).at(-1);
  return {
    words:
      last === undefined ? `its reader ended with ${reason}` : `its reader ended with ${reason} and said "${last}"`,
    remedy: PROBLEM_FACES['source-unreachable'].remedy,
  };
}

/** Why the encoder of a rung was replaced. */
export function rungCause(problem: SerializedProblem): Cause {
  if (problem.code === 'encoder-too-slow') {
    return {
      words: `it fell ${String(problem.facts['behindSeconds'])} s behind: pictures came faster than it encoded them`,
      remedy:
        'Set ENCODER_PRESET to a faster one (superfast, ultrafast), ask for fewer or smaller qualities, or end another stream.',
    };
  }
  if (problem.code !== 'ffmpeg-failed') return faceOf(problem);
  const reason = text(problem.facts['reason']);
  if (reason.startsWith('hung')) {
    return {
      words: `it was alive but gave out nothing for ${/[\d.]+ s/.exec(reason)?.[0] ?? 'seconds'}`,
      remedy:
        'A stopped process (SIGSTOP), a machine without free processor time, or a suspended virtual machine does that: look at top.',
    };
  }
  if (/SIG(?:KILL|TERM|INT)/.test(reason))
    return { words: `it was killed by ${/SIG\w+/.exec(reason)![0]}`, remedy: KILLED_REMEDY };
  if (/SIG/.test(reason))
    return {
      words: `it crashed with ${/SIG\w+/.exec(reason)![0]}`,
      remedy: 'If that repeats, install another release of ffmpeg.',
    };
  const said = causeOf(linesOf(problem));
  if (said) return { words: said.meaning, remedy: said.remedy };
  return { words: `its program ended with ${reason}`, remedy: PROBLEM_FACES['ffmpeg-failed'].remedy };
}

/** Any other problem, by its face. */
export function faceOf({ code }: SerializedProblem): Cause {
  const { title, remedy } = PROBLEM_FACES[code];
  return { words: `${title.charAt(0).toLowerCase()}${title.slice(1)}`, remedy };
}

/** What ffmpeg said, as it stands in a problem. */
export function linesOf({ facts }: SerializedProblem): readonly string[] {
  const { said } = facts;
  return Array.isArray(said) ? (said as readonly string[]) : [];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
