export * from './blocking-reload.js';
export * from './delta-update.js';
export * from './media-playlist.js';
export * from './multivariant-playlist.js';
