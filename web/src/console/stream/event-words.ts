/** An event as a sentence. PURE. */
import { isRecord } from '../api/api-problem';
import type { StreamEvent } from '../api/types';
import { STEP_WORDS, type Tone } from '../parts/health';
import { listed, span } from '../parts/words';

interface Told {
  readonly tone: Tone;
  readonly words: string;
}

type Facts = StreamEvent['data'];

const SENTENCES: Readonly<Record<string, (facts: Facts) => Told>> = {
  'stream.started': ({ resumed }) => good(resumed === true ? 'Goes on after the server was started anew' : 'Started'),
  'stream.playable': ({ after_seconds: seconds }) => good(`Playable${after(seconds)}`),
  'stream.degraded': ({ rungs_down: rungs }) => caution(`${listed(names(rungs))} missing`),
  'stream.recovered': ({ after_seconds: seconds }) => good(`All qualities are back${after(seconds)}`),
  'stream.source_lost': ({ source_index: index, problem }) => trouble(`Source ${place(index)} lost${because(problem)}`),
  'stream.source_back': ({ source_index: index, after_seconds: seconds }) =>
    good(`Source ${place(index)} is back${after(seconds)}`),
  'stream.programme_changed': (facts) => programme(facts),
  'stream.rung_down': ({ rung, problem }) => caution(`The encoder of ${text(rung)} is replaced${because(problem)}`),
  'stream.rung_up': ({ rung }) => good(`${text(rung)} is encoded again`),
  'stream.storage_refused': ({ problem }) => trouble(`The disk takes no media${because(problem)}`),
  'stream.storage_writable': ({ after_seconds: seconds }) => good(`Media is written again${after(seconds)}`),
  'stream.updated': ({ changed }) => idle(`Edited: ${listed(names(changed))}`),
  'stream.stale': () => caution('Nobody asked after it; it is stopped'),
  'stream.stopped': ({ reason }) => idle(`Stopped: ${text(reason)}`),
  'stream.failed': ({ problem }) => trouble(`Failed${because(problem)}`),
};

/** One of a later version is told by its name. */
export const eventWords = ({ type, data }: StreamEvent): Told => SENTENCES[type]?.(data) ?? idle(type);

function programme({ step, source_index: index, pinned }: Facts): Told {
  const name =
    typeof step === 'string' && step in STEP_WORDS ? STEP_WORDS[step as keyof typeof STEP_WORDS] : text(step);
  const words = `Viewers see ${name}${step === 'backup' ? ` (source ${place(index)})` : ''}${pinned === true ? ', by hand' : ''}`;
  return step === 'source' ? good(words) : step === 'backup' ? caution(words) : trouble(words);
}

const good = (words: string): Told => ({ tone: 'good', words });
const caution = (words: string): Told => ({ tone: 'caution', words });
const trouble = (words: string): Told => ({ tone: 'trouble', words });
const idle = (words: string): Told => ({ tone: 'idle', words });

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const names = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
const place = (index: unknown): string => (typeof index === 'number' ? String(index) : '');
const after = (seconds: unknown): string => (typeof seconds === 'number' ? ` after ${span(seconds)}` : '');
const because = (problem: unknown): string =>
  isRecord(problem) && text(problem['detail']) !== '' ? `: ${text(problem['detail'])}` : '';
