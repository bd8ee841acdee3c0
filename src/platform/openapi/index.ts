export { completeDocument } from './complete-document.js';
export { BEARER_SCHEME } from './security.js';
export { openOperations } from './open-operations.js';
