import { describe, expect, it } from 'vitest';
import type { SourceDescription } from '../ffmpeg/index.js';
import { ratio } from '../timeline/index.js';
import type { PipelineSpec } from './pipeline-spec.js';
import { planStream } from './stream-plan.js';

const rung = (name: string, height: number) =>
  ({ name, height, videoKbps: 800, audioKbps: 128, profile: 'main' }) as const;

const source = (width: number, height: number): SourceDescription => ({
  format: 'nut',
  video: { codec: 'h264', width, height, fps: ratio(30), interlaced: false },
  audio: { codec: 'aac', channels: 2, sampleRate: 48_000 },
});

const SPEC: PipelineSpec = {
  ...{ streamId: 'camera', sourceUrls: ['test:'], audioKbps: 128, lowLatency: true, formats: ['fmp4'] },
  ...{ folder: 'camera', rungs: [rung('720p', 720), rung('240p', 240), rung('144p', 144)] },
  ...{ houseRate: undefined, houseLadder: undefined },
  onLoss: { slateAfter: 3, nextSourceAfter: 5, giveUpAfter: null, failBackAfter: 10 },
  slate: { text: '', imageUrl: undefined, imagePath: undefined },
  settings: {
    ...{ segmentSeconds: 2, partSeconds: 0.333, windowSegments: 10, maxFps: 30, jitterSeconds: 0.1 },
    ...{ sourceTimeoutSeconds: 10, encoderPreset: 'veryfast', diskReserveBytes: 0, mediaRoot: undefined },
    ...{ ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe', allowedAddresses: [] },
  },
};

describe('the plan of a stream', () => {
  it('makes the rungs that fit the source and says which do not', () => {
    const { video, leftOut } = planStream(SPEC, source(426, 240));
    expect(video.map(({ name }) => name)).toEqual(['240p', '144p']);
    expect(leftOut).toEqual(['720p']);
  });

  it('keeps what viewers were once given, size for size, whatever the source has become', () => {
    const first = planStream(SPEC, source(426, 240));
    const spec = { ...SPEC, houseRate: first.grid.fps, houseLadder: first.video };
    for (const later of [source(320, 180), source(1920, 1080)]) {
      const again = planStream(spec, later);
      expect(again.video).toEqual(first.video);
      expect(again.leftOut).toEqual(['720p']);
      expect(again.grid).toEqual(first.grid);
    }
  });
});
