export * from './mpd.js';
export type { Addressing } from './addressing.js';
