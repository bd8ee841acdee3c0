export { clientKey, networkOf } from './client.js';
export { Costly } from './costly.js';
export { readJsonOnly } from './json-only.js';
export { LimitsModule } from './limits.module.js';
export { TokenBuckets } from './token-bucket.js';
export { READING, WriteLimit } from './write-limit.guard.js';
