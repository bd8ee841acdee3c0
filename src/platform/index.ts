export * from './clock.js';
export * from './database/index.js';
export * from './health/index.js';
export * from './logging/index.js';
export * from './metrics/index.js';
export * from './problems/index.js';
export * from './schedule/index.js';
export * from './settings/index.js';
