export { ADDRESSING_RULES } from './addressing.js';
export { CHANGE_RULES, type MpdChange } from './change.js';
export { DOCUMENT_RULES, SCHEMA_RULES } from './document.js';
export { LOW_LATENCY_RULES } from './low-latency.js';
export { PERIOD_RULES } from './periods.js';
export { ROOT_RULES } from './root.js';
