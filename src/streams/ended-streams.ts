/**
 * Streams that ended in an earlier life of the server. Their last playlists and MPDs stay on air until the retention has
 * passed, to the byte what they were: a viewer who is a minute behind does not notice that the server was started anew.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { PresentationRecord } from '../engine/packager/index.js';
import {
  ENDED_RECORD,
  MediaStore,
  partName,
  segmentName,
  writeDurably,
  type SegmentFormat,
} from '../engine/storage/index.js';
import type { Segment } from '../engine/timeline/index.js';
import type { Catalogue } from '../origin/index.js';
import { type LiveStream, OnAir, type OnAirRecord } from './live/index.js';

export interface EndedStreamsDependencies {
  readonly outputDir: string;
  readonly catalogue: Catalogue;
  readonly log: Logger;
}

interface EndedRecord extends OnAirRecord {
  /** Of this form; another one is not read. */
  readonly version: typeof VERSION;
  /** Unix ms. */
  readonly endedAtMs: number;
}

const VERSION = 1;

export class EndedStreams {
  private readonly restored = new Map<string, { readonly onAir: OnAir; readonly endedAtMs: number }>();

  constructor(private readonly deps: EndedStreamsDependencies) {}

  /** Ids of the streams that are on air from an earlier life. */
  get ids(): readonly string[] {
    return [...this.restored.keys()];
  }

  /** Writes down what the texts of a stream that is over are printed from. Rejects where the disk refuses. */
  async keep({ id, onAir, endedAtMs }: LiveStream): Promise<void> {
    const { record } = onAir;
    if (!record || endedAtMs === undefined) return;
    const text = JSON.stringify({ version: VERSION, endedAtMs, ...record } satisfies EndedRecord);
    await writeDurably(join(this.folder(id), ENDED_RECORD), text);
  }

  /** Puts a stream back on air, unless it has been over for longer than the retention or left no record. Never rejects. */
  async restore(id: string, retentionSeconds: number, nowMs: number): Promise<void> {
    try {
      const record = await this.read(id);
      if (!record || nowMs - record.endedAtMs > retentionSeconds * 1000) return;
      const presentations = await this.checked(id, record.presentations);
      const onAir = OnAir.ended({ spec: record.spec, presentations }, this.deps.catalogue);
      this.restored.set(id, { onAir, endedAtMs: record.endedAtMs });
      this.deps.log.info({ stream: id }, 'ended, and on air still');
    } catch (error) {
      this.deps.log.warn({ stream: id, err: error }, 'an ended stream could not be put back on air');
    }
  }

  /** Takes off the air what has been over for longer than the retention. */
  expire(retentionSeconds: number, nowMs: number): void {
    for (const [id, { onAir, endedAtMs }] of this.restored) {
      if (nowMs - endedAtMs <= retentionSeconds * 1000) continue;
      onAir.remove();
      this.restored.delete(id);
    }
  }

  private async read(id: string): Promise<EndedRecord | undefined> {
    const text = await readFile(join(this.folder(id), ENDED_RECORD), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const record = JSON.parse(text) as EndedRecord;
    return record.version === VERSION ? record : undefined;
  }

  /** What is not on disk as it was told is a gap: an earlier life may have ended with the power. */
  private async checked(id: string, records: readonly PresentationRecord[]): Promise<PresentationRecord[]> {
    const store = new MediaStore(this.folder(id));
    const broken = await store.recover({ sizes: new Map(records.flatMap(toldSizes)) });
    if (broken.size > 0)
      this.deps.log.warn({ stream: id, files: [...broken].slice(0, 20) }, 'broken files are gaps now');
    const there = new Set<string>();
    for (const rendition of await store.renditions()) {
      for (const { segment, format } of await store.segments(rendition))
        there.add(`${rendition}/${segmentName(segment, format)}`);
    }
    return records.map((record) => ({
      ...record,
      renditions: record.renditions.map((state) => ({
        ...state,
        timeline: {
          ...state.timeline,
          segments: state.timeline.segments.map((segment) =>
            there.has(fileOf(state.outline.name, segment, record.outline.format)) ? segment : missing(segment),
          ),
        },
      })),
    }));
  }

  private folder(id: string): string {
    return join(this.deps.outputDir, id);
  }
}

const fileOf = (rendition: string, { number }: Segment, format: SegmentFormat): string =>
  `${rendition}/${segmentName(number, format)}`;

const missing = (segment: Segment): Segment => ({ ...segment, state: 'gap', bytes: 0 });

/** Sizes of all files a presentation names, by `rendition/name`. */
function toldSizes({ outline, renditions }: PresentationRecord): [string, number][] {
  return renditions.flatMap(({ outline: { name }, timeline }) =>
    timeline.segments.flatMap((segment): [string, number][] => {
      const parts = segment.parts.filter(({ gap }) => !gap);
      return [
        ...parts.map(({ index, bytes }): [string, number] => [`${name}/${partName(segment.number, index)}`, bytes]),
        ...(segment.state === 'complete' ? [whole(name, segment, outline.format)] : []),
      ];
    }),
  );
}

const whole = (rendition: string, segment: Segment, format: SegmentFormat): [string, number] => [
  fileOf(rendition, segment, format),
  segment.bytes,
];
