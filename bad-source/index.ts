export { startBadSource, type BadSource, type BadSourceOptions, type BadSourceStatus } from './bad-source.js';
export { readScript, ScriptError } from './script/read-script.js';
