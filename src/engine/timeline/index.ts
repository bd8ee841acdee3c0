export * from './ratio.js';
export * from './house-clock.js';
export * from './position.js';
export * from './segment.js';
export * from './timeline.js';
export * from './presentation-view.js';
export * from './delivery-terms.js';
