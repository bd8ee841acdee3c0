export * from './media-path.js';
export * from './retention.js';
export * from './media-store.js';
