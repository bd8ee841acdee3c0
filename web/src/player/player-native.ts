/** HLS by the browser itself: iPhones without Media Source Extensions. It chooses its rung alone and says little. */
import type { Player, PlayerRequest, Rung } from './player';

/** Safari's: the date of media time 0, from EXT-X-PROGRAM-DATE-TIME. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

export function startNativeHls({ video, url, clock, events }: PlayerRequest): Player {
  const listening = new AbortController();
  const on = (name: string, listener: () => void) =>
    video.addEventListener(name, listener, { signal: listening.signal });

  on('loadedmetadata', events.rungsChanged);
  on('resize', events.rungsChanged);
  on('error', () => {
    const detail = video.error?.message || 'this browser cannot play HLS';
    events.failed({ detail, fatal: true, recovered: false });
  });
  video.src = url;

  const current = (): Rung | undefined =>
    video.videoHeight > 0
      ? { key: '0', name: `${video.videoHeight}p`, width: video.videoWidth, height: video.videoHeight, bitrateBps: 0 }
      : undefined;
  return {
    rungs: () => [],
    current,
    select: () => undefined,
    latencySeconds: () => {
      const startMs = (video as DatedVideo).getStartDate?.().getTime() ?? NaN;
      const seconds = (clock.now() - startMs) / 1000 - video.currentTime;
      return Number.isFinite(seconds) ? seconds : undefined;
    },
    mediaBps: () => undefined,
    goLive: () => {
      if (video.seekable.length > 0) video.currentTime = video.seekable.end(video.seekable.length - 1);
    },
    destroy: () => {
      listening.abort();
      video.removeAttribute('src');
      video.load();
    },
  };
}
