export { PlaybackLinks, type PlaybackLink } from './playback-links.js';
export { SignedPlayback } from './signed-playback.guard.js';
