/**
 * Regroups one rendition's one-frame fragments into parts and segments on the house grid, puts them on disk, and only
 * then tells of them. What an encoder failed to deliver becomes a gap: numbers go on whatever happens.
 */
import { createHash } from 'node:crypto';
import { chunkBytes, describeInit, isSyncSample, readFragment, type Box, type Sample } from '../isobmff/index.js';
import { initName, partName, segmentName, type MediaStore } from '../storage/index.js';
import {
  decodeTimeOf,
  firstUnitOf,
  positionOfUnit,
  type Position,
  type TrackDescription,
  type TrackGrid,
} from '../timeline/index.js';
import type { MediaFact } from './facts.js';

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
}

interface OpenPart {
  readonly samples: Sample[];
  readonly payload: Buffer[];
}

export class RenditionPackager {
  /** The next unit to be packaged; all before it are told, or on their way to the disk. */
  expected: number;
  private part: OpenPart = { samples: [], payload: [] };
  private partBroken = false;
  private segmentPieces: Buffer[] = [];
  private segmentBroken = false;
  private init: TrackDescription | undefined;
  /** The header of `init`, until it is on disk. */
  private unwrittenInit: Buffer | undefined;
  private trackId = 1;
  private initBytes: Buffer[] = [];
  private runUnit = 0;
  private pendingSamples: readonly Sample[] = [];
  private writes: Promise<void> = Promise.resolve();

  constructor(private readonly options: PackagerOptions) {
    this.expected = options.firstUnit;
  }

  /** A new encoder begins: the first sample it emits is unit `firstUnit`. */
  beginRun(firstUnit: number): void {
    this.runUnit = firstUnit;
    this.initBytes = [];
    this.pendingSamples = [];
  }

  /** Takes the next top-level box of the encoder in turn. */
  push(box: Box): void {
    if (box.type === 'ftyp') this.initBytes = [box.bytes];
    else if (box.type === 'moov') this.takeInit(Buffer.concat([...this.initBytes, box.bytes]));
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
    await this.writes;
  }

  /** Settles when all that was packaged so far is on disk and told. */
  settled(): Promise<void> {
    return this.writes;
  }

  private takeInit(bytes: Buffer): void {
    const description = describeInit(bytes);
    this.trackId = description.trackId;
    const name = initName(createHash('sha256').update(bytes).digest('hex').slice(0, 12));
    if (this.init?.name === name) return;
    const { codec, width, height, sampleRate, channels } = description;
    const init: TrackDescription = {
      name,
      codec,
      ...(width !== undefined && { width, height }),
      ...(sampleRate !== undefined && { sampleRate, channels }),
    };
    this.init = init;
    this.unwrittenInit = bytes;
    this.store([], () => []);
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
    const { track } = this.options;
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
        ...{ segment: position.segment, index: position.part, init: this.init?.name ?? '' },
        ...{ startTicks: decodeTimeOf(track, first), durationTicks: (this.expected - first) * track.unitTicks },
      };
      const files = gap ? [] : [{ name: partName(position.segment, position.part), pieces }];
      this.store(files, (written) => [
        {
          kind: 'part',
          rendition,
          part: {
            ...part,
            gap: gap || !written,
            independent: independent && written,
            bytes: written ? lengthOf(pieces) : 0,
          },
        },
      ]);
    }
    if (position.part === track.grid.partsPerSegment - 1) this.closeSegment(position.segment, this.expected);
  }

  private chunk({ segment, part }: Position, first: number): Buffer[] {
    return chunkBytes({
      sequence: segment * this.options.track.grid.partsPerSegment + part + 1,
      trackId: this.trackId,
      decodeTime: decodeTimeOf(this.options.track, first),
      samples: this.part.samples,
      payload: this.part.payload,
    });
  }

  private closeSegment(number: number, endUnit: number): void {
    const { rendition, track } = this.options;
    const pieces = this.segmentPieces;
    const gap = this.segmentBroken;
    this.segmentPieces = [];
    this.segmentBroken = false;
    const first = firstUnitOf(track, number);
    const segment = {
      ...{ number, init: this.init?.name ?? '', startTicks: decodeTimeOf(track, first) },
      durationTicks: (endUnit - first) * track.unitTicks,
    };
    const files = gap ? [] : [{ name: segmentName(number), pieces }];
    this.store(files, (written) => [
      {
        kind: 'segment',
        rendition,
        segment: { ...segment, gap: gap || !written, bytes: gap || !written ? 0 : lengthOf(pieces) },
      },
    ]);
  }

  /** One file after the other, in order, and each fact only after its file. */
  private store(
    files: readonly { name: string; pieces: readonly Buffer[] }[],
    facts: (written: boolean) => readonly MediaFact[],
  ): void {
    this.writes = this.writes.then(async () => {
      let written = true;
      try {
        await this.writeInit();
        for (const { name, pieces } of files) await this.options.store.write(this.options.rendition, name, pieces);
      } catch (error) {
        written = false;
        this.options.onWriteFailed(error);
      }
      for (const fact of facts(written)) this.options.onFact(fact);
    });
  }

  /** The header goes first, and is tried again with every file until it is there: nothing plays without it. */
  private async writeInit(): Promise<void> {
    const [bytes, init] = [this.unwrittenInit, this.init];
    if (!bytes || !init) return;
    await this.options.store.write(this.options.rendition, init.name, [bytes]);
    if (this.unwrittenInit === bytes) this.unwrittenInit = undefined;
    this.options.onFact({ kind: 'init', rendition: this.options.rendition, init });
  }
}

const lengthOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0);
