export * from './facts.js';
export * from './rendition-packager.js';
