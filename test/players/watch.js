/* global document, window, HTMLVideoElement */
/**
 * Watches a playing <video> as a viewer would: whether it stands still, how old its picture is, how fast it runs.
 * A page calls `watch(video, player)`; a test reads `window.watched`.
 */

/** A picture is standing still when playback has not advanced by this much of the time that passed. */
const STANDSTILL = 0.2;
const SAMPLE_MS = 250;

/**
 * @param {HTMLVideoElement} video
 * @param {{ latencySeconds(): number, heights(): number[], choose(height: number): void }} player what only the
 *   player's own library can tell; `latencySeconds` is its own opinion and may be NaN
 */
export function watch(video, player) {
  const seen = { stalls: [], standstills: 0, seeks: [], errors: [], fatal: [], samples: [] };
  let started = false;
  video.addEventListener('playing', () => (started = true));
  video.addEventListener('waiting', () => {
    if (started && !video.seeking && !video.paused) seen.stalls.push(where(video));
  });
  video.addEventListener('seeking', () => {
    if (started) seen.seeks.push(where(video));
  });
  video.addEventListener('error', () => seen.fatal.push(`media element: ${video.error?.message}`));

  let before = { at: performance.now(), time: video.currentTime };
  const timer = setInterval(() => {
    const now = { at: performance.now(), time: video.currentTime };
    const advanced = (now.time - before.time) / ((now.at - before.at) / 1000);
    if (started && !video.paused && !video.ended && advanced < STANDSTILL) seen.standstills += 1;
    before = now;
    if (!started) return;
    seen.samples.push({
      at: Date.now(),
      player: finite(player.latencySeconds()),
      date: finite((Date.now() - player.dateMs()) / 1000),
      rate: video.playbackRate,
      buffer: bufferAhead(video),
      height: video.videoHeight,
    });
  }, SAMPLE_MS);

  window.watched = {
    seen,
    state: () => ({
      ...{ started, ended: video.ended, currentTime: video.currentTime, height: video.videoHeight },
      heights: player.heights(),
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      dropped: video.getVideoPlaybackQuality().droppedVideoFrames,
      soundBytes: video.webkitAudioDecodedByteCount,
    }),
    choose: (height) => player.choose(height),
    stop: () => clearInterval(timer),
  };
  return seen;
}

/** The muted video element that every page has, playing as soon as it can. */
export function videoElement() {
  const video = document.querySelector('video');
  if (!(video instanceof HTMLVideoElement)) throw new Error('the page has no video');
  return video;
}

/** Resolves to the manifest to play when a test calls `play(url)`: by then the player is there. */
export const manifestUrl = () => told;

const told = new Promise((resolve) => (window.play = resolve));

/** For the report of a failure: when, at what media time, with what ahead. */
const where = (video) =>
  `${new Date().toISOString()} at ${video.currentTime.toFixed(3)} with ${bufferAhead(video).toFixed(3)} s ahead`;

const finite = (value) => (Number.isFinite(value) ? value : null);

/** Seconds that can be played without a gap. */
export function bufferAhead(video) {
  const { buffered, currentTime } = video;
  for (let index = 0; index < buffered.length; index += 1) {
    if (buffered.start(index) <= currentTime && currentTime < buffered.end(index))
      return buffered.end(index) - currentTime;
  }
  return 0;
}
