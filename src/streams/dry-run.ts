/** What a start would make and need, as the API shows it. */
import { audioFor } from '../engine/ladder/index.js';
import type { Settings } from '../platform/settings/index.js';
import type { DryRunDto, PlannedQualityDto } from './requests/index.js';
import { expectedLadder } from './stream-demand.js';
import { AUDIO_ONLY_KBPS, type StreamSpec } from './live/index.js';
import type { Trial } from './streams.service.js';

export function dryRun({ spec, isRunning, ...room }: Trial, { admission, maxFps }: Settings): DryRunDto {
  const { fits, needs, free, total, suggestion } = room;
  return {
    ...{ fits, running: isRunning, admission, needs, free, total },
    ...planned(spec, maxFps),
    suggestion: suggestion && [...suggestion],
  };
}

function planned(spec: StreamSpec, maxFps: number): { qualities: PlannedQualityDto[]; left_out: string[] } {
  if (spec.rungs.length === 0) {
    const sound = { name: 'audio', width: null, height: null, video_kbps: null };
    return { qualities: [{ ...sound, audio_kbps: AUDIO_ONLY_KBPS, profile: null }], left_out: [] };
  }
  const { video, leftOut } = expectedLadder(spec, maxFps);
  const { audioKbps } = audioFor(spec.rungs);
  const qualities = video.map(({ name, width, height, videoKbps, profile }) => ({
    ...{ name, width, height, profile, video_kbps: videoKbps, audio_kbps: audioKbps },
  }));
  return { qualities, left_out: [...leftOut] };
}
