export { runChaos, type ChaosOptions, type ChaosReport } from './run.js';
export type { Invariant, Violation } from './invariants/violations.js';
