export { checkPrograms, type ProgramsFound } from './check-programs.js';
export { findFfmpeg } from './find-ffmpeg.js';
