/** What crosses between the main thread and one that runs pipelines. Each of these has a seat there: a number, never used twice. */
import type { PipelineCommand, PipelineFact } from '../messages.js';
import type { PipelineSpec } from '../pipeline-spec.js';

export type ToThread =
  | { readonly kind: 'run'; readonly seat: number; readonly spec: PipelineSpec }
  | { readonly kind: 'command'; readonly seat: number; readonly command: PipelineCommand }
  /** Every seat is empty, and none will be taken. */
  | { readonly kind: 'leave' };

export type FromThread =
  /** Told every second: it is not stuck. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'fact'; readonly seat: number; readonly fact: PipelineFact }
  /** Nothing of the pipeline is left, no child process either. */
  | { readonly kind: 'gone'; readonly seat: number };
