export * from './mpd.js';
