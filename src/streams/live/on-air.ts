/** A stream as its viewers get it: one presentation for each format its encoders feed, and their place in the catalogue. */
import {
  Presentation,
  type MediaFact,
  type PresentationRecord,
  type RenditionOutline,
} from '../../engine/packager/index.js';
import type { StreamPlan } from '../../engine/pipeline/index.js';
import type { SegmentFormat } from '../../engine/storage/index.js';
import { audioTrack, videoTrack, type DeliveryTerms } from '../../engine/timeline/index.js';
import type { Catalogue, Listing } from '../../origin/index.js';
import { formatsOf, type StreamSpec } from './stream-spec.js';

/** PAT, PMT, PES headers and stuffing of a transport stream, on top of the media it carries. */
const TS_OVERHEAD = 1.1;

/** What of a spec concerns viewers. */
export type OnAirSpec = Pick<StreamSpec, 'streamId' | 'segmentFormat' | 'enableHls' | 'enableDash'>;

/** An ended stream as its viewers got it: plain values, for a file. */
export interface OnAirRecord {
  readonly spec: OnAirSpec;
  readonly presentations: readonly PresentationRecord[];
}

export class OnAir {
  private readonly presentations = new Map<SegmentFormat, Presentation>();

  constructor(
    private readonly spec: OnAirSpec,
    private readonly catalogue: Catalogue,
  ) {}

  /** A stream that ended in an earlier life, put on air with the texts it had. */
  static ended({ spec, presentations }: OnAirRecord, catalogue: Catalogue): OnAir {
    const onAir = new OnAir(spec, catalogue);
    for (const record of presentations) onAir.presentations.set(record.outline.format, Presentation.ended(record));
    onAir.publish();
    return onAir;
  }

  /** Undefined for a stream that never was on air. */
  get record(): OnAirRecord | undefined {
    if (!this.isListed) return undefined;
    const { streamId, segmentFormat, enableHls, enableDash } = this.spec;
    const spec = { streamId, enableHls, enableDash, ...(segmentFormat && { segmentFormat }) };
    return { spec, presentations: [...this.presentations.values()].map(({ record }) => record) };
  }

  /** From now on viewers who ask are held until there is something to play. */
  announce(): void {
    const { streamId, enableHls: hls, enableDash: dash } = this.spec;
    this.catalogue.announce(streamId, { hls, dash });
  }

  /** The source is known. After a lost pipeline the old timelines go on; their gap is bridged. */
  plan(plan: StreamPlan, windowSegments: number): void {
    for (const format of formatsOf(this.spec)) {
      if (this.presentations.has(format)) continue;
      const { streamId } = this.spec;
      const outline = { streamId, format, windowSegments, renditions: outlines(plan, format) };
      this.presentations.set(format, new Presentation({ ...outline, terms: termsOf(plan, format) }));
    }
  }

  apply(fact: MediaFact): void {
    for (const presentation of this.presentations.values()) presentation.apply(fact);
  }

  get playable(): boolean {
    return this.presentations.size > 0 && [...this.presentations.values()].every(({ playable }) => playable);
  }

  /** Names of all it is encoded into. */
  get renditions(): string[] {
    const outlines = [...this.presentations.values()].flatMap(({ outline }) => outline.renditions);
    return [...new Set(outlines.map(({ name }) => name))];
  }

  /** Puts the stream on air under its URLs. */
  publish(): void {
    this.catalogue.list(this.spec.streamId, this.listing);
  }

  /** No more media will come. */
  end(): void {
    for (const presentation of this.presentations.values()) presentation.end();
    this.catalogue.unannounce(this.spec.streamId);
  }

  /** Lets everyone who waits go unserved: the server is leaving, the stream is not over. */
  release(): void {
    for (const presentation of this.presentations.values()) presentation.release();
  }

  /** Takes the stream off the air, unless another has its name by now. */
  remove(): void {
    this.catalogue.unlist(this.spec.streamId, this.listing);
  }

  private get isListed(): boolean {
    return this.catalogue.isListed(this.spec.streamId, this.listing);
  }

  private get listing(): Listing {
    const { segmentFormat, enableHls, enableDash } = this.spec;
    const [hls, dash] = [this.presentations.get(segmentFormat ?? 'fmp4'), this.presentations.get('fmp4')];
    return { ...(enableHls && hls && { hls }), ...(enableDash && dash && { dash }) };
  }
}

const termsOf = ({ terms, classicTerms }: StreamPlan, format: SegmentFormat): DeliveryTerms =>
  format === 'mpegts' ? classicTerms : terms;

function outlines({ video, audio, grid }: StreamPlan, format: SegmentFormat): RenditionOutline[] {
  const soundKbps = format === 'mpegts' ? audio.audioKbps : 0;
  const nominalBps = (kbps: number): number => Math.round(kbps * 1000 * (format === 'mpegts' ? TS_OVERHEAD : 1));
  const pictures = video.map(({ name, videoKbps }): RenditionOutline => ({
    name,
    kind: 'video',
    track: videoTrack(grid),
    nominalBps: nominalBps(videoKbps + soundKbps),
  }));
  return [
    ...pictures,
    { name: audio.name, kind: 'audio', track: audioTrack(grid), nominalBps: nominalBps(audio.audioKbps) },
  ];
}
