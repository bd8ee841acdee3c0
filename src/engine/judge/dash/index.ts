export { watchDash } from './watch-dash.js';
