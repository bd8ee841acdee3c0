export * from './rendition.js';
export * from './ladder.js';
export * from './ladder-file.js';
