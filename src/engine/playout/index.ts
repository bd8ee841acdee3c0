export * from './anchor.js';
export * from './frame.js';
export * from './lane.js';
export * from './playout.js';
export * from './slots.js';
export * from './sound-buffer.js';
export * from './staircase.js';
