/** What crosses between a stream's worker thread and the main thread: commands in, facts out. Plain values only. */
import type { MediaFact } from '../packager/index.js';
import type { SerializedProblem } from '../problem.js';
import type { StreamPlan } from './stream-plan.js';

export type PipelineCommand =
  /** `end`: finish what is open and say ENDLIST. `pause`: leave at once, to resume under the same numbers later. */
  { readonly kind: 'stop'; readonly how: 'end' | 'pause' };

export type EndReason = 'requested' | 'source-ended';

export type PipelineFact =
  | MediaFact
  /** What will be made of the source; told once, before any media. */
  | { readonly kind: 'planned'; readonly plan: StreamPlan }
  | { readonly kind: 'source'; readonly state: 'connecting' | 'up' }
  | { readonly kind: 'source'; readonly state: 'lost'; readonly problem: SerializedProblem }
  | { readonly kind: 'rung'; readonly rendition: string; readonly state: 'up'; readonly restarts: number }
  | {
      readonly kind: 'rung';
      readonly rendition: string;
      readonly state: 'down';
      readonly restarts: number;
      readonly problem: SerializedProblem;
    }
  | { readonly kind: 'storage'; readonly problem: SerializedProblem }
  | { readonly kind: 'processes'; readonly pids: readonly number[] }
  | { readonly kind: 'ended'; readonly reason: EndReason }
  | { readonly kind: 'paused' }
  | { readonly kind: 'failed'; readonly problem: SerializedProblem };
