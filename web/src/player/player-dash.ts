/** DASH by dash.js. The MPD itself switches its low-latency mode on (ServiceDescription, availabilityTimeComplete). */
import { Debug, MediaPlayer, type ErrorEvent, type Representation } from 'dashjs';
import { LoadMeter } from './load-meter';
import type { Player, PlayerRequest, Rung } from './player';

export function startDash({ video, url, events }: PlayerRequest): Player {
  const player = MediaPlayer().create();
  player.updateSettings({
    // Its errors are shown on the page; its warnings (one empty buffer at every start) are not news.
    debug: { logLevel: Debug.LOG_LEVEL_NONE },
    streaming: { buffer: { bufferToKeep: 30 } },
  });
  player.on(MediaPlayer.events.STREAM_INITIALIZED, () => events.rungsChanged());
  player.on(MediaPlayer.events.REPRESENTATION_SWITCH, () => events.rungsChanged());
  player.on(MediaPlayer.events.QUALITY_CHANGE_RENDERED, () => events.rungsChanged());
  const meter = new LoadMeter();
  player.on(MediaPlayer.events.FRAGMENT_LOADING_COMPLETED, ({ request }) => {
    if (request.mediaType === 'video') meter.note(request.bytesLoaded, request.duration);
  });
  player.on(MediaPlayer.events.ERROR, (event) => {
    const failure = event as ErrorEvent;
    events.failed({ detail: describe(failure), fatal: !isSurvivable(failure), recovered: false });
  });
  player.initialize(video, url, false);

  return {
    rungs: () =>
      player
        .getRepresentationsByType('video')
        .map(toRung)
        .sort((a, b) => b.height - a.height || b.bitrateBps - a.bitrateBps),
    current: () => {
      const representation = player.getCurrentRepresentationForType('video');
      return representation ? toRung(representation) : undefined;
    },
    select: (key) => {
      player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: key === 'auto' } } } });
      if (key !== 'auto') player.setRepresentationForTypeById('video', key);
    },
    latencySeconds: () => {
      const seconds = video.readyState > 0 && player.isDynamic() ? player.getCurrentLiveLatency() : NaN;
      return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
    },
    mediaBps: () => meter.bps,
    goLive: () => player.seekToOriginalLive(),
    destroy: () => player.destroy(),
  };
}

function toRung({ id, width, height, bandwidth }: Representation): Rung {
  return { key: id, name: id, width, height, bitrateBps: bandwidth };
}

/** One lost segment, or one clock that did not answer: dash.js goes on by itself, and a lasting stall is seen anyway. */
function isSurvivable({ error }: ErrorEvent): boolean {
  const { errors } = MediaPlayer;
  const survivable: readonly number[] = [
    errors.FRAGMENT_LOADER_LOADING_FAILURE_ERROR_CODE,
    errors.DOWNLOAD_ERROR_ID_CONTENT_CODE,
    errors.TIME_SYNC_FAILED_ERROR_CODE,
  ];
  return typeof error !== 'string' && 'code' in error && survivable.includes(Number(error.code));
}

function describe({ error }: ErrorEvent): string {
  if (typeof error === 'string') return `dash.js ${error}`;
  return 'message' in error ? `dash.js ${error.code}: ${error.message}` : 'dash.js error';
}
