/** Small pictures of streams: drawn when somebody asks, kept for those who ask next. */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../engine/clock.js';
import { Problem } from '../../engine/problem.js';
import { MediaStore } from '../../engine/storage/index.js';
import { Catalogue } from '../../origin/index.js';
import { CLOCK } from '../../platform/clock.js';
import { LOGGER } from '../../platform/logging/index.js';
import { SETTINGS, type Settings } from '../../platform/settings/index.js';
import { StreamsService } from '../streams.service.js';
import { drawThumbnail } from './draw-thumbnail.js';
import { newestPicture, type NewestPicture } from './newest-picture.js';
import { Turns } from './turns.js';

export interface Thumbnail {
  readonly jpeg: Buffer;
  /** Strong validator: names the segment it was drawn from, whose bytes never change. */
  readonly etag: string;
}

/** What is known of a stream's picture; without `thumbnail` it could not be drawn. */
interface Kept {
  readonly thumbnail: Thumbnail | undefined;
  readonly drawnAtMs: number;
}

/** No stream is drawn more often than this, however many ask. */
const DRAWN_EVERY_MS = 2_000;
/** Streams themselves come first: no more than this many pictures are drawn at the same time. */
const DRAWN_AT_ONCE = 2;

@Injectable()
export class ThumbnailService implements OnModuleDestroy {
  private readonly kept = new Map<string, Kept>();
  private readonly underWay = new Map<string, Promise<Kept>>();
  private readonly turns = new Turns(DRAWN_AT_ONCE);
  private readonly stopping = new AbortController();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(Catalogue) private readonly catalogue: Catalogue,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Throws `stream-not-found`, and `thumbnail-not-available` where there is no picture (yet). */
  async of(id: string): Promise<Thumbnail> {
    this.streams.get(id);
    const { thumbnail } = await this.newest(id);
    if (!thumbnail) throw new Problem('thumbnail-not-available', { streamId: id });
    return thumbnail;
  }

  private newest(id: string): Promise<Kept> | Kept {
    const kept = this.kept.get(id);
    if (kept && this.clock.now() - kept.drawnAtMs < DRAWN_EVERY_MS) return kept;
    const picture = newestPicture(this.catalogue.presentations(id));
    if (!picture) return { thumbnail: undefined, drawnAtMs: this.clock.now() };
    if (kept?.thumbnail?.etag === etagOf(picture)) return kept;
    const drawing = this.underWay.get(id) ?? this.draw(id, picture).finally(() => this.underWay.delete(id));
    this.underWay.set(id, drawing);
    return drawing;
  }

  private async draw(id: string, picture: NewestPicture): Promise<Kept> {
    const drawn = await this.turns.take(() => this.tryToDraw(id, picture));
    this.forgetStreamsThatAreGone();
    const kept = { thumbnail: drawn, drawnAtMs: this.clock.now() };
    this.kept.set(id, kept);
    return kept;
  }

  /** Undefined where it cannot be drawn: the segment went meanwhile, or ffmpeg is not to be had. */
  private async tryToDraw(id: string, picture: NewestPicture): Promise<Thumbnail | undefined> {
    const store = new MediaStore(join(this.settings.outputDir, id));
    try {
      const media = await Promise.all(picture.files.map((file) => store.read(picture.rendition, file)));
      const { ffmpegPath } = this.settings;
      const jpeg = await drawThumbnail(media, { ffmpegPath, format: picture.format, signal: this.stopping.signal });
      return { jpeg, etag: etagOf(picture) };
    } catch (error) {
      this.log.debug({ stream: id, err: error }, 'its thumbnail could not be drawn');
      return undefined;
    }
  }

  private forgetStreamsThatAreGone(): void {
    const known = new Set(this.streams.list().map((stream) => stream.id));
    for (const id of this.kept.keys()) if (!known.has(id)) this.kept.delete(id);
  }
}

const etagOf = ({ rendition, files }: NewestPicture): string => `"${rendition}-${files.join('-')}"`;
