export { parseLadder, pickRungs, rungSchema, type Ladder } from './ladder-file.js';
