/** All renditions of a stream: one encoder and one packager each, begun and ended together, failing alone. */
import { availableParallelism } from 'node:os';
import { encoderThreads } from '../capacity/index.js';
import type { Clock } from '../clock.js';
import {
  audioEncoderCommand,
  ffmpegArguments,
  FfmpegProcess,
  videoEncoderCommand,
  type CommandPlan,
} from '../ffmpeg/index.js';
import { RenditionPackager, TsPackager, type MediaFact } from '../packager/index.js';
import { BYTES_PER_SAMPLE, Frame, yuv420Bytes } from '../playout/index.js';
import { Problem } from '../problem.js';
import { partName, retentionFor, segmentName, timedName, type MediaStore, type Retention } from '../storage/index.js';
import {
  AAC_FRAME_SAMPLES,
  audioTrack,
  decodeTimeOf,
  firstUnitOf,
  segmentSeconds,
  toNumber,
  unixMsOf,
  videoTrack,
  type NewPart,
} from '../timeline/index.js';
import type { PipelineFact } from './messages.js';
import type { PipelineSpec } from './pipeline-spec.js';
import { Rung } from './rung.js';
import { BoundedCounts, PUBLISH_DELAY_BOUNDS_MS, type RungVitals } from './vitals.js';
import type { StreamPlan } from './stream-plan.js';

export interface EncodersOptions {
  readonly spec: PipelineSpec;
  readonly plan: StreamPlan;
  readonly store: MediaStore;
  readonly clock: Clock;
  readonly emit: (fact: PipelineFact) => void;
  readonly onProcess: (child: FfmpegProcess) => void;
}

/** What a rung has published so far. */
class Published {
  parts = 0;
  gaps = 0;
  mediaBytes = 0;
  readonly delays = new BoundedCounts(PUBLISH_DELAY_BOUNDS_MS);
}

export class Encoders {
  private readonly video: readonly Rung[];
  private readonly audio: Rung;
  private readonly retention: Retention;
  private readonly transportStreams: TsPackager | undefined;
  private readonly published = new Map<string, Published>();
  /** Outdated files are still there. */
  private owesReclaim = false;

  /** Starts the processes: they warm up while the source is opened. */
  constructor(private readonly options: EncodersOptions) {
    const { spec, plan, store } = options;
    if (store.room) store.room.onChange = (problem) => this.tellRoom(problem);
    this.video = plan.video.map((rendition) => this.videoRung(rendition));
    this.audio = this.audioRung();
    this.transportStreams = plan.formats.includes('mpegts') ? this.tsPackager() : undefined;
    this.retention = retentionFor({
      windowSegments: spec.settings.windowSegments,
      segmentSeconds: segmentSeconds(plan.grid),
      targetDuration: plan.terms.targetDuration,
    });
  }

  /** The stream begins with this segment. What an earlier life left behind it is removed. */
  begin(firstSegment: number): void {
    const { plan, store } = this.options;
    const names = plan.video.map(({ name }) => name);
    store.prepare([...names, 'audio']);
    names.forEach((name, lane) => this.video[lane]!.begin(this.packager(name, firstSegment)));
    this.audio.begin(this.packager('audio', firstSegment));
    this.reclaim(firstSegment);
  }

  acceptVideo(lane: number, unit: number, frame: Frame): void {
    this.video[lane]!.accept(unit, frame);
  }

  acceptAudio(unit: number, block: Buffer): void {
    this.audio.accept(unit, new Frame(block));
  }

  /** Replaces encoders that live but emit nothing. */
  checkHung(): void {
    for (const rung of this.all()) rung.checkHung();
  }

  /** No more units: every encoder finishes, what is open is closed. */
  async drain(): Promise<void> {
    await Promise.all(this.all().map((rung) => rung.drain()));
    await this.transportStreams?.settled();
  }

  /** Ends every encoder at once; what is open stays unfinished. */
  async abandon(): Promise<void> {
    await Promise.all(this.all().map((rung) => rung.abandon()));
    await this.transportStreams?.settled();
  }

  private all(): readonly Rung[] {
    return [...this.video, this.audio];
  }

  private videoRung(rendition: StreamPlan['video'][number]): Rung {
    const { spec, plan } = this.options;
    const { encoderPreset } = spec.settings;
    const { width, height } = rendition;
    const picture = { width, height, fps: toNumber(plan.grid.fps) };
    const threads = encoderThreads(picture, encoderPreset, availableParallelism());
    return new Rung({
      ...this.reports(rendition.name),
      track: videoTrack(plan.grid),
      startEncoder: this.starts(videoEncoderCommand({ rendition, grid: plan.grid, preset: encoderPreset, threads })),
      primingUnits: 0,
      primingPackets: 0,
      unitBytes: yuv420Bytes(rendition.width, rendition.height),
    });
  }

  private audioRung(): Rung {
    const { plan } = this.options;
    return new Rung({
      ...this.reports('audio'),
      track: audioTrack(plan.grid),
      startEncoder: this.starts(audioEncoderCommand(plan.audio)),
      primingUnits: 1,
      primingPackets: 1,
      unitBytes: AAC_FRAME_SAMPLES * BYTES_PER_SAMPLE,
    });
  }

  private starts(command: CommandPlan): () => FfmpegProcess {
    const { spec, onProcess } = this.options;
    const options = { program: spec.settings.ffmpegPath, args: ffmpegArguments(command) };
    return () => {
      const child = new FfmpegProcess(options);
      onProcess(child);
      return child;
    };
  }

  private reports(rendition: string) {
    const { emit } = this.options;
    return {
      rendition,
      onUp: (restarts: number) => emit({ kind: 'rung', rendition, state: 'up', restarts }),
      onDown: (restarts: number, problem: Problem) =>
        emit({ kind: 'rung', rendition, state: 'down', restarts, problem: problem.toJSON() }),
    };
  }

  private packager(rendition: string, firstSegment: number): RenditionPackager {
    const { spec, plan, store } = this.options;
    const track = rendition === 'audio' ? audioTrack(plan.grid) : videoTrack(plan.grid);
    return new RenditionPackager({
      ...{ rendition, track, store, lowLatency: spec.lowLatency },
      firstUnit: firstUnitOf(track, firstSegment),
      onFact: (fact) => this.publish(fact),
      // The room tells of it, once an episode.
      onWriteFailed: () => undefined,
      onSegment: (segment) => this.transportStreams?.add(segment),
      keepsFiles: plan.formats.includes('fmp4'),
    });
  }

  private tsPackager(): TsPackager {
    const { plan, store } = this.options;
    return new TsPackager({
      ...{ video: plan.video.map(({ name }) => name), audio: plan.audio.name, store },
      onFact: (fact) => this.publish(fact),
      onWriteFailed: () => undefined,
    });
  }

  /** How every rung fares. */
  takeVitals(): RungVitals[] {
    return this.all().map((rung) => {
      const vitals = rung.takeVitals();
      const { parts, gaps, mediaBytes, delays } = this.published.get(vitals.name) ?? new Published();
      return {
        ...{ ...vitals, parts, gaps, mediaBytes },
        ...{ publishDelays: [...delays.counts], publishDelaySumMs: delays.sum },
      };
    });
  }

  /** Viewers get parts, or where there are none, segments: the other kind of fact is not counted. */
  private count(fact: MediaFact): void {
    const { spec, plan } = this.options;
    if (fact.kind === 'part') this.countMedia(fact.rendition, fact.part);
    if (fact.kind !== 'segment' || fact.format !== plan.formats[0]) return;
    this.publishedBy(fact.rendition).mediaBytes += fact.segment.bytes;
    if (!spec.lowLatency) this.countMedia(fact.rendition, fact.segment);
  }

  private countMedia(rendition: string, media: Pick<NewPart, 'gap' | 'startTicks' | 'durationTicks'>): void {
    const { plan, clock } = this.options;
    const published = this.publishedBy(rendition);
    published.parts += 1;
    if (media.gap) published.gaps += 1;
    const track = rendition === plan.audio.name ? audioTrack(plan.grid) : videoTrack(plan.grid);
    const endUnit = (media.startTicks + media.durationTicks) / track.unitTicks;
    published.delays.add(clock.now() - unixMsOf(track, endUnit));
  }

  private publishedBy(rendition: string): Published {
    const published = this.published.get(rendition) ?? new Published();
    this.published.set(rendition, published);
    return published;
  }

  private publish(fact: MediaFact): void {
    this.options.emit(fact);
    this.count(fact);
    if (fact.kind === 'segment') void this.removeOutdated(fact.rendition, fact.segment.number);
  }

  private async removeOutdated(rendition: string, newest: number): Promise<void> {
    const { plan, store } = this.options;
    const { keepParts, keepSegments } = this.retention;
    const parts = Array.from({ length: plan.grid.partsPerSegment }, (_, part) =>
      partName(newest - keepParts - 1, part),
    );
    const outdated = newest - keepSegments - 1;
    const track = rendition === plan.audio.name ? audioTrack(plan.grid) : videoTrack(plan.grid);
    const segments = [
      ...plan.formats.map((format) => segmentName(outdated, format)),
      timedName(decodeTimeOf(track, firstUnitOf(track, outdated))),
    ];
    try {
      await store.remove(rendition, [...segments, ...parts]);
      if (this.owesReclaim) this.reclaim(newest);
    } catch {
      // A disk that takes no write takes no removal; what is left behind goes when it does.
      this.owesReclaim = true;
    }
  }

  private reclaim(newest: number): void {
    this.owesReclaim = false;
    this.options.store.reclaim(newest, this.retention).catch(() => (this.owesReclaim = true));
  }

  private tellRoom(problem: Problem | undefined): void {
    const { emit } = this.options;
    if (problem) emit({ kind: 'storage', state: 'refused', problem: problem.toJSON() });
    else emit({ kind: 'storage', state: 'writable' });
  }
}
