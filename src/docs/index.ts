export { describeApi } from './api-document.js';
export { renderApiPage } from './api-page.js';
