export { MetricsModule } from './metrics.module.js';
export { MetricsRegistry } from './metrics-registry.js';
export { processUsage, type ProcessUsage } from './process-usage.js';
