export * from './rendition.js';
export * from './ladder.js';
