export { ExplainedMetrics } from './explained.metrics.js';
export { ProcessesMetrics } from './processes.metrics.js';
export { RungsMetrics } from './rungs.metrics.js';
export { StreamsMetrics } from './streams.metrics.js';
