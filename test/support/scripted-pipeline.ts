/** Pipelines that do what a test says: real facts and real (tiny) files, no ffmpeg, no time of their own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PipelineChange, PipelineFact, PipelineSpec, StartPipeline } from '../../src/engine/pipeline/index.js';
import { planStream, type StreamPlan } from '../../src/engine/pipeline/index.js';
import { timedName } from '../../src/engine/storage/index.js';
import type { SourceDescription } from '../../src/engine/ffmpeg/index.js';
import {
  audioTrack,
  decodeTimeOf,
  firstUnitOf,
  ratio,
  videoTrack,
  type TrackGrid,
} from '../../src/engine/timeline/index.js';

export const CAMERA: SourceDescription = {
  format: 'nut',
  video: { codec: 'h264', width: 1280, height: 720, fps: ratio(30), interlaced: false },
  audio: { codec: 'aac', channels: 2, sampleRate: 48_000 },
};

export class ScriptedPipeline {
  stopped: 'end' | 'pause' | undefined;
  wanted: number | null | undefined;
  /** What it was changed to last. */
  changedTo: PipelineChange | undefined;
  plan!: StreamPlan;

  constructor(
    readonly spec: PipelineSpec,
    readonly tell: (fact: PipelineFact) => void,
  ) {}

  /** The source is known and connected. */
  open(source: SourceDescription = CAMERA): void {
    this.plan = planStream(this.spec, source);
    this.tell({ kind: 'planned', plan: this.plan });
    this.tell({ kind: 'source', index: 0, state: 'up', source });
    for (const { name } of this.renditions()) {
      mkdirSync(join(this.spec.folder, name), { recursive: true });
      writeFileSync(join(this.spec.folder, name, INIT), 'init');
      const codec = name === 'audio' ? 'mp4a.40.2' : 'avc1.42c01e';
      const size = name === 'audio' ? { sampleRate: 48_000, channels: 2 } : { width: 640, height: 360 };
      this.tell({ kind: 'init', rendition: name, init: { name: INIT, codec, ...size } });
    }
  }

  /** Publishes parts `from` to `to` of a segment in every rendition, and the segment itself after its last part. */
  publish(segment: number, from = 0, to = this.plan.grid.partsPerSegment - 1): void {
    for (let index = from; index <= to; index += 1) {
      for (const { name, track } of this.renditions()) this.publishPart(name, track, segment, index);
    }
    if (to < this.plan.grid.partsPerSegment - 1) return;
    for (const { name, track } of this.renditions()) {
      const start = firstUnitOf(track, segment);
      const durationTicks = decodeTimeOf(track, firstUnitOf(track, segment + 1) - start);
      const content = Array.from({ length: to + 1 }, (_, index) => partContent(name, segment, index)).join('');
      writeFileSync(join(this.spec.folder, name, `${segment}.m4s`), content);
      writeFileSync(join(this.spec.folder, name, timedName(decodeTimeOf(track, start))), content);
      const facts = { number: segment, startTicks: decodeTimeOf(track, start), durationTicks, gap: false, init: INIT };
      this.tell({ kind: 'segment', format: 'fmp4', rendition: name, segment: { ...facts, bytes: content.length } });
    }
  }

  /** Publishes a segment as a transport stream too, in every rendition. */
  publishTransportStream(segment: number): void {
    for (const { name, track } of this.renditions()) {
      const start = firstUnitOf(track, segment);
      const content = `<${name} ${segment}.ts>`;
      writeFileSync(join(this.spec.folder, name, `${segment}.ts`), content);
      this.tell({
        ...{ kind: 'segment', format: 'mpegts', rendition: name },
        track: { name: INIT, codec: 'avc1.42c01e,mp4a.40.2', width: 640, height: 360 },
        segment: {
          ...{ number: segment, startTicks: decodeTimeOf(track, start), gap: false, init: INIT, bytes: content.length },
          durationTicks: decodeTimeOf(track, firstUnitOf(track, segment + 1) - start),
        },
      });
    }
  }

  private publishPart(rendition: string, track: TrackGrid, segment: number, index: number): void {
    const start = firstUnitOf(track, segment, index);
    const content = partContent(rendition, segment, index);
    writeFileSync(join(this.spec.folder, rendition, `${segment}.${index}.m4s`), content);
    const part = {
      ...{ segment, index, init: INIT, gap: false, independent: index === 0, bytes: content.length },
      ...{
        startTicks: decodeTimeOf(track, start),
        durationTicks: decodeTimeOf(track, firstUnitOf(track, segment, index + 1) - start),
      },
    };
    this.tell({ kind: 'part', rendition, part });
  }

  private renditions(): { name: string; track: TrackGrid }[] {
    const { video, grid } = this.plan;
    return [
      ...video.map(({ name }) => ({ name, track: videoTrack(grid) })),
      { name: 'audio', track: audioTrack(grid) },
    ];
  }
}

export const INIT = 'init-0123456789ab.mp4';
export const partContent = (rendition: string, segment: number, part: number): string =>
  `<${rendition} ${segment}.${part}>`;

/** Keeps every pipeline that was started, newest last. */
export function scriptedPipelines(): {
  start: StartPipeline;
  started: ScriptedPipeline[];
  of(id: string): ScriptedPipeline;
} {
  const started: ScriptedPipeline[] = [];
  return {
    started,
    of: (id) => started.findLast(({ spec }) => spec.streamId === id)!,
    start: (spec, onFact) => {
      const pipeline = new ScriptedPipeline(spec, onFact);
      started.push(pipeline);
      return {
        wantSource: (index) => {
          pipeline.wanted = index;
        },
        update: (change) => {
          pipeline.changedTo = change;
        },
        stop: (how) => {
          pipeline.stopped = how;
          onFact(how === 'end' ? { kind: 'ended', reason: 'requested' } : { kind: 'paused' });
          return Promise.resolve();
        },
      };
    },
  };
}
