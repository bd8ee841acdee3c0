/** What viewers of a stream see at this moment, and how its sources stand. PURE. */
import type { SourceDescription } from '../engine/ffmpeg/index.js';
import type { StaircaseStep } from '../engine/playout/index.js';
import type { PipelineFact } from '../engine/pipeline/index.js';
import type { SerializedProblem } from '../engine/problem.js';

/** The staircase's steps, and the preferred source told apart from the others. */
export const PROGRAMME_STEPS = ['source', 'backup', 'repeat', 'slate'] as const;
export type ProgrammeStep = (typeof PROGRAMME_STEPS)[number];

export interface SourceHealth {
  readonly url: string;
  readonly state: 'closed' | 'connecting' | 'up' | 'lost';
  readonly losses: number;
  readonly lastProblem: SerializedProblem | undefined;
  /** What it was when it was up last; absent before that. */
  readonly description?: SourceDescription;
}

export interface Programme {
  readonly step: ProgrammeStep;
  /** Which source is on air. */
  readonly onAir: number;
  /** Asked for by an operator. */
  readonly pinned: boolean;
  /** Unix ms. */
  readonly sinceMs: number;
  /** Since when nothing of any source has been seen, through all the steps that followed, Unix ms. */
  readonly absentSinceMs?: number;
}

type ProgrammeFact = Extract<PipelineFact, { kind: 'programme' }>;
type SourceFact = Extract<PipelineFact, { kind: 'source' }>;

export const programmeStep = (step: StaircaseStep, onAir: number): ProgrammeStep =>
  step === 'source' && onAir > 0 ? 'backup' : step;

export function programmeAfter(before: Programme, { step, onAir, pinned }: ProgrammeFact, nowMs: number): Programme {
  const next = programmeStep(step, onAir);
  const isSame = next === before.step && onAir === before.onAir;
  const sinceMs = isSame ? before.sinceMs : nowMs;
  const absent = next === 'repeat' || next === 'slate';
  return { step: next, onAir, pinned, sinceMs, ...(absent && { absentSinceMs: before.absentSinceMs ?? sinceMs }) };
}

export function healthAfter(before: SourceHealth, fact: SourceFact): SourceHealth {
  if (fact.state === 'up') return { ...before, state: 'up', description: fact.source };
  if (fact.state !== 'lost') return { ...before, state: fact.state };
  // An attempt that fails is no loss: there was nothing to lose.
  const losses = before.losses + (before.state === 'up' ? 1 : 0);
  return { ...before, state: 'lost', losses, lastProblem: fact.problem };
}
