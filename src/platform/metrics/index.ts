export { Buckets } from './buckets.js';
export { VERSION } from './build-info.js';
export {
  collectedCounter,
  collectedGauge,
  collectedHistogram,
  type BucketSample,
  type MetricTerms,
  type Sample,
} from './collected.js';
export { MetricsModule } from './metrics.module.js';
export { MetricsRegistry } from './metrics-registry.js';
export { processUsage, type ProcessUsage } from './process-usage.js';
