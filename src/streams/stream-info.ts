/** A stream as the API shows it. */
import { formatRatio } from '../engine/timeline/index.js';
import type { SourceDescription } from '../engine/ffmpeg/index.js';
import type { LiveStream } from './live/index.js';
import { type StorageDto, type StreamInfoDto, webhookInfo } from './requests/index.js';

/** `playbackUrl` is what playback paths hang from; '' gives paths relative to the server. */
export function streamInfo(stream: LiveStream, playbackUrl = ''): StreamInfoDto {
  const { spec, plan, lastProblem } = stream;
  const at = (name: string): string => `${playbackUrl}/streams/${spec.streamId}/${name}`;
  const asked = spec.rungs.length > 0 ? spec.rungs.map(({ name }) => name) : ['audio'];
  const made = plan && plan.video.length > 0 ? plan.video.map(({ name }) => name) : undefined;
  return {
    stream_id: spec.streamId,
    title: spec.title ?? null,
    labels: { ...spec.labels },
    status: stream.state,
    hls_url: spec.enableHls ? at('playlist.m3u8') : null,
    dash_url: spec.enableDash ? at('manifest.mpd') : null,
    dash_timeline_url: spec.enableDash ? at('manifest-timeline.mpd') : null,
    qualities: made ?? asked,
    left_out: [...(plan?.leftOut ?? [])],
    created_at: spec.createdAtMs / 1000,
    last_update: stream.lastHeartbeatMs / 1000,
    stale_after: spec.staleAfterSeconds,
    low_latency: spec.lowLatency,
    segment_format: spec.segmentFormat ?? 'fmp4',
    reason: stream.reason ?? null,
    source: plan ? describe(plan.source) : null,
    source_connected: stream.sourceConnected && stream.active,
    sources: stream.sources.map(({ url, state, losses, lastProblem: problem }) => ({
      ...{ url, state, losses, last_problem: problem ? { code: problem.code, detail: problem.detail } : null },
    })),
    programme: {
      ...{ step: stream.programme.step, source_index: stream.programme.onAir, pinned: stream.programme.pinned },
      since: stream.programme.sinceMs / 1000,
    },
    rungs: [...stream.rungs],
    webhooks: webhookInfo(spec.webhooks ?? []),
    storage: storageOf(stream),
    last_problem: lastProblem ? { code: lastProblem.code, detail: lastProblem.detail } : null,
  };
}

const storageOf = ({ storageRefusedSinceMs: sinceMs }: LiveStream): StorageDto => ({
  writable: sinceMs === undefined,
  since: sinceMs === undefined ? null : sinceMs / 1000,
});

function describe({ video, audio }: SourceDescription): string {
  const picture = video && `${video.width}x${video.height} ${formatRatio(video.fps)} fps ${video.codec}`;
  return [picture, audio?.codec].filter((part) => part !== undefined).join(', ');
}
