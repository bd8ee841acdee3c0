/**
 * Regroups one rendition's one-frame fragments into parts and segments on the house grid, puts them on disk, and only
 * then tells of them. What an encoder failed to deliver becomes a gap: numbers go on whatever happens.
 */
import { chunkBytes, describeInit, isSyncSample, readFragment, type Box, type Sample } from '../isobmff/index.js';
import { partName, segmentName, timedName, type MediaStore } from '../storage/index.js';
import {
  decodeTimeOf,
  firstUnitOf,
  positionOfUnit,
  type Position,
  type TrackDescription,
  type TrackGrid,
} from '../timeline/index.js';
import type { FinishedSegment, MediaFact } from './facts.js';
import { Publisher, type NewFile } from './publisher.js';
import { describeTrack } from './track-description.js';

export interface PackagerOptions {
  readonly rendition: string;
  readonly track: TrackGrid;
  /** Parts get files and facts of their own; otherwise only whole segments do. */
  readonly lowLatency: boolean;
  /** First unit of the stream: earlier ones (an encoder's priming) are dropped. */
  readonly firstUnit: number;
  readonly store: MediaStore;
  readonly onFact: (fact: MediaFact) => void;
  /** A file could not be written: told once per failure, and the media becomes a gap. */
  readonly onWriteFailed: (error: unknown) => void;
  /** Every finished segment, gaps included, for whoever makes something else of it. */
  readonly onSegment?: (segment: FinishedSegment) => void;
  /** False where nobody plays CMAF: segments go to `onSegment` alone. */
  readonly keepsFiles?: boolean;
}

interface OpenPart {
  readonly samples: Sample[];
  readonly payload: Buffer[];
}

interface Header {
  readonly description: TrackDescription;
  readonly bytes: Buffer;
  readonly trackId: number;
}

export class RenditionPackager {
  /** The next unit to be packaged; all before it are told, or on their way to the disk. */
  expected: number;
  private part: OpenPart = { samples: [], payload: [] };
  private partBroken = false;
  private segmentPieces: Buffer[] = [];
  private segmentBroken = false;
  private header: Header | undefined;
  /** Of the encoder in turn; a segment has one header, so it is taken at the next segment's first part. */
  private newestHeader: Header | undefined;
  private headerPieces: Buffer[] = [];
  private runUnit = 0;
  private pendingSamples: readonly Sample[] = [];
  private readonly publisher: Publisher;

  constructor(private readonly options: PackagerOptions) {
    this.expected = options.firstUnit;
    this.publisher = new Publisher(options);
  }

  /** A new encoder begins: the first sample it emits is unit `firstUnit`. */
  beginRun(firstUnit: number): void {
    this.runUnit = firstUnit;
    this.headerPieces = [];
    this.pendingSamples = [];
  }

  /** Takes the next top-level box of the encoder in turn. */
  push(box: Box): void {
    if (box.type === 'ftyp') this.headerPieces = [box.bytes];
    else if (box.type === 'moov') this.takeHeader(Buffer.concat([...this.headerPieces, box.bytes]));
    else if (box.type === 'moof') this.pendingSamples = readFragment(box.bytes).samples;
    else if (box.type === 'mdat') this.takeSamples(box.bytes.subarray(8));
  }

  /** Units before `unit` will not come (any more): what is not here of them becomes a gap. */
  gapTo(unit: number): void {
    while (this.expected < unit) {
      const position = positionOfUnit(this.options.track, this.expected);
      const end = firstUnitOf(this.options.track, position.segment, position.part + 1);
      this.partBroken = true;
      this.part = { samples: [], payload: [] };
      this.expected = Math.min(unit, end);
      if (this.expected === end) this.closePart(position);
    }
  }

  /** The stream ends here: what is open is closed short. Settles when all of it is on disk. */
  async finish(): Promise<void> {
    const position = positionOfUnit(this.options.track, Math.max(this.options.firstUnit, this.expected - 1));
    if (this.part.samples.length > 0 && !this.partBroken) this.closePart(position);
    if (this.segmentPieces.length > 0 && !this.segmentBroken) this.closeSegment(position.segment, this.expected);
    await this.publisher.settled();
  }

  /** Settles when all that was packaged so far is on disk and told. */
  settled(): Promise<void> {
    return this.publisher.settled();
  }

  private takeHeader(bytes: Buffer): void {
    const { trackId } = describeInit(bytes);
    this.newestHeader = { description: describeTrack(bytes), bytes, trackId };
  }

  private adoptHeader(segment: number): void {
    const header = this.newestHeader;
    if (!header || header.description.name === this.header?.description.name) return;
    this.header = header;
    if (this.keepsFiles) this.publisher.useInit({ ...header, segment });
  }

  private takeSamples(payload: Buffer): void {
    let at = 0;
    for (const sample of this.pendingSamples) {
      this.takeSample(this.runUnit, sample, payload.subarray(at, at + sample.bytes));
      at += sample.bytes;
      this.runUnit += 1;
    }
    this.pendingSamples = [];
  }

  private takeSample(unit: number, sample: Sample, payload: Buffer): void {
    if (unit < this.expected) return;
    this.gapTo(unit);
    const { track, store } = this.options;
    // Its first file is a part's time away: enough for the disk to take note.
    if (this.segmentPieces.length === 0 && this.part.samples.length === 0 && this.keepsFiles)
      void store.expect(positionOfUnit(track, unit).segment);
    if (!this.partBroken) {
      // The grid gives the duration: the last packet of a run may claim another.
      this.part.samples.push({ ...sample, durationTicks: track.unitTicks });
      this.part.payload.push(payload);
    }
    this.expected = unit + 1;
    const position = positionOfUnit(track, unit);
    if (this.expected === firstUnitOf(track, position.segment, position.part + 1)) this.closePart(position);
  }

  private closePart(position: Position): void {
    const { rendition, track, lowLatency } = this.options;
    if (position.part === 0) this.adoptHeader(position.segment);
    const first = firstUnitOf(track, position.segment, position.part);
    const gap = this.partBroken || this.part.samples.length === 0;
    const pieces = gap ? [] : this.chunk(position, first);
    const independent = !gap && isSyncSample(this.part.samples[0]!);
    this.part = { samples: [], payload: [] };
    this.partBroken = false;
    if (gap) this.segmentBroken = true;
    else this.segmentPieces.push(...pieces);
    if (lowLatency) {
      const part = {
        ...{ segment: position.segment, index: position.part, init: this.header?.description.name ?? '' },
        ...{ startTicks: decodeTimeOf(track, first), durationTicks: (this.expected - first) * track.unitTicks },
      };
      this.publish(gap ? [] : [{ name: partName(position.segment, position.part), pieces }], (there) => ({
        ...{ kind: 'part', rendition },
        part: { ...part, gap: !there, independent: independent && there, bytes: there ? lengthOf(pieces) : 0 },
      }));
    }
    if (position.part === track.grid.partsPerSegment - 1) this.closeSegment(position.segment, this.expected);
  }

  private chunk({ segment, part }: Position, first: number): Buffer[] {
    return chunkBytes({
      sequence: segment * this.options.track.grid.partsPerSegment + part + 1,
      trackId: this.header?.trackId ?? 1,
      decodeTime: decodeTimeOf(this.options.track, first),
      samples: this.part.samples,
      payload: this.part.payload,
    });
  }

  private closeSegment(number: number, endUnit: number): void {
    const { rendition, track, onSegment } = this.options;
    const pieces = this.segmentPieces;
    const gap = this.segmentBroken || !this.header;
    this.segmentPieces = [];
    this.segmentBroken = false;
    const first = firstUnitOf(track, number);
    const segment = {
      ...{ number, init: this.header?.description.name ?? '', startTicks: decodeTimeOf(track, first) },
      durationTicks: (endUnit - first) * track.unitTicks,
    };
    onSegment?.({ rendition, ...segment, header: this.header, pieces: gap ? [] : pieces });
    const file = { name: segmentName(number), alias: timedName(segment.startTicks), pieces };
    this.publish(gap ? [] : [file], (there) => ({
      ...{ kind: 'segment', rendition, format: 'fmp4' },
      segment: { ...segment, gap: !there, bytes: there ? lengthOf(pieces) : 0 },
    }));
  }

  /** Told as there only if there was something to write and it was written. */
  private publish(files: readonly NewFile[], fact: (there: boolean) => MediaFact): void {
    if (this.keepsFiles) this.publisher.publish(files, (written) => [fact(written && files.length > 0)]);
  }

  private get keepsFiles(): boolean {
    return this.options.keepsFiles ?? true;
  }
}

const lengthOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0);
