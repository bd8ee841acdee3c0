/** What a request asks for, as the spec of a stream: defaults filled in, rungs looked up. PURE. */
import type { Rung } from '../../engine/ladder/index.js';
import { pickRungs, rungSchema, type Ladder } from '../ladder/index.js';
import { FieldProblem } from '../../platform/problems/index.js';
import type { Settings } from '../../platform/settings/index.js';
import { sourceUrlsOf, sourceWishes, type StreamSpec } from '../live/index.js';
import type { StartStreamDto } from './streams.dto.js';
import type { UpdateStreamDto } from './update-stream.dto.js';
import { webhookWishes } from './webhook-wishes.js';

/** Throws `quality-unknown`, and `request-invalid` where fields that are right do not go together. */
export function specOfRequest(request: StartStreamDto, ladder: Ladder, settings: Settings, nowMs: number): StreamSpec {
  const spec: StreamSpec = {
    streamId: request.stream_id,
    sourceUrl: request.source_url ?? request.source_urls![0]!,
    ...sourceWishes(request),
    rungs: rungsOf(request.qualities ?? ladder.defaults, ladder),
    enableHls: request.enable_hls ?? true,
    enableDash: request.enable_dash ?? true,
    lowLatency: request.low_latency ?? settings.lowLatencyHls,
    segmentFormat: request.segment_format ?? 'fmp4',
    staleAfterSeconds: request.stale_after === undefined ? settings.staleThreshold : request.stale_after,
    ...(request.title && { title: request.title }),
    ...(request.labels && { labels: request.labels }),
    ...(request.webhooks?.length && { webhooks: webhookWishes(request.webhooks, settings) }),
    createdAtMs: nowMs,
  };
  checkFormats(spec);
  return spec;
}

/** The spec with what a change names; what it does not name stays. */
export function specAfter(spec: StreamSpec, change: UpdateStreamDto): StreamSpec {
  const asked = change.source_urls ?? (change.source_url === undefined ? undefined : [change.source_url]);
  const [sourceUrl, ...backupUrls] = asked ?? sourceUrlsOf(spec);
  const changed: StreamSpec = {
    ...spec,
    ...sourceWishes({ ...change, source_urls: undefined }),
    sourceUrl: sourceUrl!,
    backupUrls: backupUrls.length > 0 ? backupUrls : undefined,
    ...(change.slate_text === null && { slateText: undefined }),
    ...(change.slate_image === null && { slateImage: undefined }),
    ...(change.stale_after !== undefined && { staleAfterSeconds: change.stale_after }),
    ...(change.title !== undefined && { title: change.title || undefined }),
    ...(change.labels !== undefined && { labels: change.labels ?? undefined }),
  };
  // A wish nobody has is not kept: the setting may change.
  return Object.fromEntries(
    Object.entries(changed).filter(([, value]) => value !== undefined),
  ) as unknown as StreamSpec;
}

function checkFormats({ enableHls, enableDash, segmentFormat }: StreamSpec): void {
  if (!enableHls && !enableDash) {
    throw wrong('enable_dash', 'must be true where enable_hls is false: at least one of the two is made');
  }
  if (segmentFormat === 'mpegts' && !enableHls) {
    throw wrong('segment_format', 'must be fmp4 where enable_hls is false: DASH is always fMP4, and mpegts is for HLS');
  }
}

/** Names and descriptions as rungs; `["audio"]` means none. */
function rungsOf(qualities: NonNullable<StartStreamDto['qualities']> | readonly string[], ladder: Ladder): Rung[] {
  const names = qualities.filter((quality) => typeof quality === 'string');
  const custom = qualities.filter((quality) => typeof quality !== 'string').map((quality) => rungSchema.parse(quality));
  if (names.length === 1 && names[0] === 'audio' && custom.length === 0) return [];
  const rungs = [...pickRungs(ladder, names), ...custom];
  const twice = rungs.find(({ name }, index) => rungs.findIndex((rung) => rung.name === name) !== index);
  if (twice) throw wrong('qualities', `must hold each name once; ${twice.name} is there twice`);
  return rungs;
}

const wrong = (field: string, message: string): FieldProblem =>
  new FieldProblem([{ field, message: `${field} ${message}` }]);
