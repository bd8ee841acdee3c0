export { LIVE_CACHING_RULES } from './caching-rules.js';
export { newAsker, type Asker } from './ask.js';
export type { Ask, AskOptions, Burst, Exchange } from './exchange.js';
export { isMedia, isOutage, isPlaylist, type Fetched, type Resource } from './fetched.js';
export { follow } from './follow.js';
export { PROBE_RULES, type HttpProbe } from './probe-rules.js';
export { probeHttp } from './probes.js';
export { HTTP_RULES } from './rules.js';
