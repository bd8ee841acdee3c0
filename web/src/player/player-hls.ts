/** HLS by hls.js in its low-latency mode. */
import Hls, { ErrorTypes, Events, type ErrorData, type Level } from 'hls.js';
import type { Player, PlayerRequest, Rung } from './player';
import { bufferedAhead } from './buffered-ahead';
import { keepUp } from './catch-up';
import { LoadMeter } from './load-meter';
import { startNativeHls } from './player-native';

/** A second media error this soon after the first was not cured by the first recovery. */
const RECOVERY_GRACE_MS = 5_000;

export function startHls(request: PlayerRequest): Player {
  if (!Hls.isSupported()) return startNativeHls(request);
  const { video, url, clock, events } = request;
  const hls = new Hls({
    lowLatencyMode: true,
    backBufferLength: 30,
    // Ours goes nearer, see catch-up.ts; with neither, the latency after a stall would stay for good.
    maxLiveSyncPlaybackRate: 1,
  });
  const meter = new LoadMeter();
  let lastRecoveryAt = -Infinity;

  hls.on(Events.MANIFEST_PARSED, () => events.rungsChanged());
  hls.on(Events.LEVEL_SWITCHED, () => events.rungsChanged());
  hls.on(Events.FRAG_BUFFERED, (_event, { frag, part, stats }) => {
    if (frag.type === 'main') meter.note(stats.total, (part ?? frag).duration);
  });
  hls.on(Events.ERROR, (_event, data) => {
    const now = performance.now();
    const recovered = data.fatal && data.type === ErrorTypes.MEDIA_ERROR && now - lastRecoveryAt > RECOVERY_GRACE_MS;
    if (recovered) {
      lastRecoveryAt = now;
      hls.recoverMediaError();
    }
    events.failed({ detail: describe(data), fatal: data.fatal, recovered });
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  const letGo = keepUp(hls, video, bufferedAhead);

  const rungs = () => hls.levels.map(toRung).sort((a, b) => b.height - a.height || b.bitrateBps - a.bitrateBps);
  return {
    rungs,
    current: () => {
      const level = hls.levels[hls.currentLevel] ?? hls.levels[hls.loadLevel];
      return level && toRung(level, hls.levels.indexOf(level));
    },
    select: (key) => {
      hls.nextLevel = key === 'auto' ? -1 : Number(key);
    },
    latencySeconds: () => (hls.playingDate ? (clock.now() - hls.playingDate.getTime()) / 1000 : undefined),
    mediaBps: () => meter.bps,
    goLive: () => {
      if (hls.liveSyncPosition !== null) video.currentTime = hls.liveSyncPosition;
    },
    destroy: () => {
      letGo();
      hls.destroy();
    },
  };
}

function toRung(level: Level, index: number): Rung {
  // A rendition is its folder: …/720p/playlist.m3u8.
  const folder = new URL(level.uri, location.href).pathname.split('/').at(-2);
  return {
    key: String(index),
    name: level.name || folder || `${level.height}p`,
    width: level.width,
    height: level.height,
    bitrateBps: level.averageBitrate || level.bitrate,
  };
}

function describe(data: ErrorData): string {
  const status = data.response?.code ? ` (HTTP ${data.response.code})` : '';
  const words = data.error.message && data.error.message !== data.details ? `: ${data.error.message}` : '';
  return `hls.js ${data.details}${status}${words}`;
}
