/** What a stream's pipeline is told and tells, across threads: commands in, facts out. Plain values only. */
import type { MediaFact } from '../packager/index.js';
import type { SerializedProblem } from '../problem.js';
import type { SourceDescription } from '../ffmpeg/index.js';
import type { StaircaseStep } from '../playout/index.js';
import type { PipelineChange } from './pipeline-spec.js';
import type { StreamPlan } from './stream-plan.js';
import type { PipelineVitals } from './vitals.js';

export type PipelineCommand =
  /** `end`: finish what is open and say ENDLIST. `pause`: leave at once, to resume under the same numbers later. */
  | { readonly kind: 'stop'; readonly how: 'end' | 'pause' }
  /** Cut to this source when it delivers; null: as the order of the list says. */
  | { readonly kind: 'want-source'; readonly index: number | null }
  | { readonly kind: 'update'; readonly change: PipelineChange };

export type EndReason = 'requested' | 'source-ended';

export type PipelineFact =
  | MediaFact
  /** What will be made of the source; told once, before any media. */
  | { readonly kind: 'planned'; readonly plan: StreamPlan }
  | { readonly kind: 'source'; readonly index: number; readonly state: 'connecting' | 'closed' }
  | { readonly kind: 'source'; readonly index: number; readonly state: 'up'; readonly source: SourceDescription }
  | { readonly kind: 'source'; readonly index: number; readonly state: 'lost'; readonly problem: SerializedProblem }
  /** A change was taken over: from here on sources are counted by its list. */
  | { readonly kind: 'updated' }
  /** What viewers see: a step of the staircase, and which source is on air. */
  | { readonly kind: 'programme'; readonly step: StaircaseStep; readonly onAir: number; readonly pinned: boolean }
  | { readonly kind: 'slate'; readonly problem: SerializedProblem }
  /** Told every second. */
  | { readonly kind: 'vitals'; readonly vitals: PipelineVitals }
  | { readonly kind: 'rung'; readonly rendition: string; readonly state: 'up'; readonly restarts: number }
  | {
      readonly kind: 'rung';
      readonly rendition: string;
      readonly state: 'down';
      readonly restarts: number;
      readonly problem: SerializedProblem;
    }
  /** Media cannot be written, and is a gap until it can be again. */
  | { readonly kind: 'storage'; readonly state: 'refused'; readonly problem: SerializedProblem }
  | { readonly kind: 'storage'; readonly state: 'writable' }
  /** Files of an earlier life, as `rendition/name`, that were not whole: removed, and gaps. */
  | { readonly kind: 'storage'; readonly state: 'recovered'; readonly broken: readonly string[] }
  | { readonly kind: 'processes'; readonly pids: readonly number[] }
  | { readonly kind: 'ended'; readonly reason: EndReason }
  | { readonly kind: 'paused' }
  | { readonly kind: 'failed'; readonly problem: SerializedProblem };
