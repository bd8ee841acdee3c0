/**
 * Brings a live player to its target latency by playing a little faster. hls.js has that too (`maxLiveSyncPlaybackRate`), but
 * only while more than a second is buffered, and with short parts a second is farther back than it has to be.
 */

/** All in seconds of media. */
export interface Position {
  /** Behind the live edge. */
  readonly latency: number;
  /** What the latency is to be. */
  readonly target: number;
  /** Ahead of the picture on the screen. */
  readonly buffer: number;
  /** Of the longest part. */
  readonly part: number;
}

/** So little faster that nobody hears it. */
const CATCH_UP_RATE = 1.06;
/** It begins this far behind its target, and ends this far: in between it goes on with what it does, seconds. */
const [BEGIN, END] = [0.1, 0.02];
/** Parts that stay buffered whatever the latency: a change of the rung takes two to fetch, and was seen to stall with less. */
const PARTS_IN_HAND = 2.25;
/** Farther behind than this somebody is watching the past, seconds. */
const LIVE_RANGE = 6;

/** The rate to play at, given the rate it plays at. PURE. */
export function catchUpRate({ latency, target, buffer, part }: Position, rate: number): number {
  const behind = latency - target;
  const slack = Math.min(behind, buffer - PARTS_IN_HAND * part);
  const isLate = slack > (rate > 1 ? END : BEGIN);
  return isLate && behind < LIVE_RANGE ? CATCH_UP_RATE : 1;
}

/** What it takes of an hls.js instance. */
export interface LatencyTeller {
  readonly latency: number;
  readonly targetLatency: number | null;
  readonly latestLevelDetails: { readonly live: boolean; readonly partTarget: number } | null;
}

/**
 * Keeps the player near its target from now on; its own `maxLiveSyncPlaybackRate` is to be 1. `bufferedAhead`: seconds that
 * the element can play without a gap. Gives what ends it.
 */
export function keepUp(
  hls: LatencyTeller,
  video: HTMLVideoElement,
  bufferedAhead: (video: HTMLVideoElement) => number,
): () => void {
  const letBe = (): void => {
    if (video.playbackRate === CATCH_UP_RATE) video.playbackRate = 1;
  };
  const look = (): void => {
    const { latency, targetLatency: target, latestLevelDetails: details } = hls;
    // A stream that has ended is played at its own speed.
    if (target === null || !details?.live || !details.partTarget) return letBe();
    const position = { latency, target, buffer: bufferedAhead(video), part: details.partTarget };
    const rate = catchUpRate(position, video.playbackRate);
    if (rate !== video.playbackRate) video.playbackRate = rate;
  };
  video.addEventListener('timeupdate', look);
  return () => {
    video.removeEventListener('timeupdate', look);
    letBe();
  };
}
