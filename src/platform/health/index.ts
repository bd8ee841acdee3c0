export { findFfmpeg } from './find-ffmpeg.js';
export { HealthModule } from './health.module.js';
