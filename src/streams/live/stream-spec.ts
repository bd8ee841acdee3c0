/** What is wanted of a stream: the request, checked, as it is kept across restarts. */
import type { Rung, VideoRendition } from '../../engine/ladder/index.js';
import type { PipelineSettings, PipelineSpec } from '../../engine/pipeline/index.js';
import type { SegmentFormat } from '../../engine/storage/index.js';
import type { Ratio } from '../../engine/timeline/index.js';
import type { Settings } from '../../platform/settings/index.js';
import { join } from 'node:path';
import type { StreamEventType } from '../events/index.js';
import { lossPolicy, slateSpec, type SourceWishes } from './source-policy.js';

/** One endpoint that a stream brings along for its events. */
export interface WebhookWish {
  readonly url: string;
  /** Absent: WEBHOOK_SECRET. */
  readonly secret?: string;
  /** Absent: WEBHOOK_EVENTS. */
  readonly events?: readonly StreamEventType[];
}

export interface StreamSpec extends SourceWishes {
  readonly streamId: string;
  /** The preferred source. */
  readonly sourceUrl: string;
  /** Rungs as they were when the stream was asked for; empty for audio only. */
  readonly rungs: readonly Rung[];
  readonly enableHls: boolean;
  readonly enableDash: boolean;
  readonly lowLatency: boolean;
  /** Segments of HLS; absent in specs from before there was a choice: fmp4. */
  readonly segmentFormat?: SegmentFormat;
  /** Seconds without a heartbeat after which the stream is stopped; null: never. */
  readonly staleAfterSeconds: number | null;
  /** What people call it. */
  readonly title?: string;
  /** What programs sort it by. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Where its events are posted, beside the operator's endpoints. */
  readonly webhooks?: readonly WebhookWish[];
  /** Unix ms. */
  readonly createdAtMs: number;
  /** Set once the source is known: segment numbers depend on it, so it is kept for life. */
  readonly houseRate?: Ratio;
  /** Set with it: the renditions that were made, and are from then on. */
  readonly houseLadder?: readonly VideoRendition[];
}

/** The preferred source first. */
export const sourceUrlsOf = ({ sourceUrl, backupUrls = [] }: StreamSpec): readonly string[] => [
  sourceUrl,
  ...backupUrls,
];

/** DASH is always CMAF; HLS is CMAF too unless it is asked to be transport streams. */
export function formatsOf({
  segmentFormat = 'fmp4',
  enableDash,
}: Pick<StreamSpec, 'segmentFormat' | 'enableDash'>): readonly SegmentFormat[] {
  if (segmentFormat === 'fmp4') return ['fmp4'];
  return enableDash ? ['fmp4', 'mpegts'] : ['mpegts'];
}

/** Sound of an audio-only stream. */
export const AUDIO_ONLY_KBPS = 128;

export function pipelineSpec(spec: StreamSpec, settings: Settings): PipelineSpec {
  return {
    streamId: spec.streamId,
    sourceUrls: sourceUrlsOf(spec),
    onLoss: lossPolicy(spec, settings),
    slate: slateSpec(spec, settings),
    rungs: spec.rungs,
    audioKbps: AUDIO_ONLY_KBPS,
    lowLatency: spec.lowLatency,
    formats: formatsOf(spec),
    houseRate: spec.houseRate,
    houseLadder: spec.houseLadder,
    folder: join(settings.outputDir, spec.streamId),
    settings: pipelineSettings(settings),
  };
}

function pipelineSettings(settings: Settings): PipelineSettings {
  return {
    segmentSeconds: settings.segmentDuration,
    partSeconds: settings.partDuration,
    windowSegments: settings.playlistSize,
    maxFps: settings.maxFps,
    jitterSeconds: settings.playoutJitter,
    sourceTimeoutSeconds: settings.sourceTimeout,
    diskReserveBytes: settings.diskReserve * 1e6,
    encoderPreset: settings.encoderPreset,
    ffmpegPath: settings.ffmpegPath,
    ffprobePath: settings.ffprobePath,
    mediaRoot: settings.mediaRoot,
    allowedAddresses: settings.sourceAllowedAddresses ?? [],
  };
}
