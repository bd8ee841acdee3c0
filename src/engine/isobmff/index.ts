export * from './box-splitter.js';
export * from './fragment.js';
export * from './chunk.js';
export * from './init-segment.js';
