export * from './facts.js';
export * from './presentation.js';
export * from './rendition-packager.js';
export * from './waiters.js';
