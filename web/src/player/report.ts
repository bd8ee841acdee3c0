/** What is true of the playback right now, as a plain value: the page shows it and browser tests read it. */
import { bufferedAhead } from './buffered-ahead';
import type { Session, SessionError } from './session';
import type { Protocol } from './player';

export interface PlaybackReport {
  readonly protocol: Protocol;
  readonly state: Session['status']['state'];
  /** The picture is moving. */
  readonly playing: boolean;
  /** Wall clock minus the time of the picture; null until known. */
  readonly latencySeconds: number | null;
  /** Name of the rung being loaded, null until known. */
  readonly rendition: string | null;
  /** Size of the picture on screen, in its own pixels; 0 before the first. */
  readonly width: number;
  readonly height: number;
  /** Times the picture stopped for want of media. */
  readonly stalls: number;
  readonly fatalErrors: number;
  /** The last fifty, fatal or not. */
  readonly errors: readonly SessionError[];
  /** Media ahead of the picture. */
  readonly bufferSeconds: number;
  readonly currentTime: number;
  readonly volumeMuted: boolean;
  readonly droppedFrames: number;
  readonly playbackRate: number;
}

export function reportOf(session: Session, video: HTMLVideoElement): PlaybackReport {
  return {
    protocol: session.protocol,
    state: session.status.state,
    playing: session.status.state === 'playing' && !video.paused && video.readyState >= video.HAVE_FUTURE_DATA,
    latencySeconds: session.player?.latencySeconds() ?? null,
    rendition: session.player?.current()?.name ?? null,
    width: video.videoWidth,
    height: video.videoHeight,
    stalls: session.stalls,
    fatalErrors: session.fatalErrors,
    errors: [...session.errors],
    bufferSeconds: bufferedAhead(video),
    currentTime: video.currentTime,
    volumeMuted: video.muted,
    droppedFrames: video.getVideoPlaybackQuality().droppedVideoFrames,
    playbackRate: video.playbackRate,
  };
}
