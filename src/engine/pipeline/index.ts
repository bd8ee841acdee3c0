export * from './messages.js';
export * from './pipeline-spec.js';
export * from './pipeline-thread.js';
export * from './stream-plan.js';
export * from './vitals.js';
export { StreamPipeline } from './stream-pipeline.js';
