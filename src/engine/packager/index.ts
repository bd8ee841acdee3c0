export * from './facts.js';
export * from './presentation.js';
export * from './rendition-packager.js';
export * from './track-description.js';
export * from './ts-packager.js';
export * from './waiters.js';
