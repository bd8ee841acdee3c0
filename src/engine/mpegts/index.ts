export * from './access-unit.js';
export { readAacConfig, type AacConfig } from './adts.js';
export { readAvcConfig, type AvcConfig } from './annex-b.js';
export * from './mux-segment.js';
export { toTsTicks, wrapTicks, TS_CLOCK_HZ, TS_WRAP_TICKS } from './ticks.js';
