/** How media that nginx did not find on disk is come by: waited for, sent as it is made, or refused. */
import { Inject, Injectable } from '@nestjs/common';
import type { Presentation, Viewer } from '../engine/packager/index.js';
import { Problem } from '../engine/problem.js';
import { parseMediaName, STREAM_ID, type MediaName } from '../engine/storage/index.js';
import { availabilityOf, type Availability } from './availability.js';
import { Catalogue } from './catalogue.js';

/** Folder and URL name of a rendition. */
const RENDITION = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** What a URL names. */
export interface AskedMedia {
  readonly id: string;
  readonly rendition: string;
  readonly file: string;
}

export type FoundMedia =
  /** The disk knows it, if anything does. */
  | { readonly kind: 'file' }
  /** Not there yet, but soon: settles when it is on disk; rejects with `media-not-found` when it will not come. */
  | { readonly kind: 'held'; readonly presentation: Presentation; readonly there: (viewer: Viewer) => Promise<void> }
  | { readonly kind: 'in-progress'; readonly presentation: Presentation; readonly segment: number };

interface Stand {
  readonly name: MediaName;
  readonly about: Availability;
  /** Undefined where only the disk knows. */
  readonly presentation?: Presentation;
}

@Injectable()
export class MediaLookup {
  constructor(@Inject(Catalogue) private readonly catalogue: Catalogue) {}

  /** Whether it is a segment of which there is nothing or something, and the rest is on its way. */
  isInProgress(asked: AskedMedia): boolean {
    return this.stand(asked)?.about === 'in-progress';
  }

  /** Throws `media-not-found` for a name that stands for nothing, and for media that will not come. */
  find(asked: AskedMedia): FoundMedia {
    const stand = this.stand(asked);
    if (!stand) throw notFound(asked);
    const { about, presentation, name } = stand;
    if (about === 'missing') throw notFound(asked);
    if (!presentation || about === 'there') return { kind: 'file' };
    if (about === 'in-progress' && name.kind === 'segment') return { kind: about, presentation, segment: name.segment };
    return { kind: 'held', presentation, there: (viewer) => hold(presentation, asked, name, viewer) };
  }

  private stand({ id, rendition, file }: AskedMedia): Stand | undefined {
    const name = parseMediaName(file);
    if (!name || !STREAM_ID.test(id) || !RENDITION.test(rendition)) return undefined;
    const format = name.kind === 'segment' ? name.format : 'fmp4';
    const presentation = this.catalogue.presentations(id).find(({ outline }) => outline.format === format);
    const timeline = presentation?.timeline(rendition);
    if (!presentation || !timeline || presentation.ended) return { name, about: 'there' };
    return { name, about: availabilityOf(timeline, name, presentation.outline), presentation };
  }
}

/** Waits until the part (or whole segment) asked for is on disk. */
async function hold(presentation: Presentation, asked: AskedMedia, name: MediaName, viewer: Viewer): Promise<void> {
  const { outline } = presentation;
  const about = () => availabilityOf(presentation.timeline(asked.rendition)!, name, outline);
  const isSettled = (): boolean => presentation.ended || about() !== 'next';
  const met = await presentation.waitUntil(isSettled, outline.terms.holdLimit * 1000, viewer);
  // rfc8216bis 6.2.6: a hinted resource that was abandoned is a 404.
  if (!met || about() !== 'there') throw notFound(asked);
}

const notFound = ({ id, rendition, file }: AskedMedia): Problem =>
  new Problem('media-not-found', { id, rendition, file });

/** The `Content-Type` of media by its URL (PROTOCOLS §4). */
export function mediaType({ rendition, file }: Pick<AskedMedia, 'rendition' | 'file'>): string {
  if (file.endsWith('.ts')) return 'video/mp2t';
  if (rendition === 'audio') return 'audio/mp4';
  return file.endsWith('.mp4') ? 'video/mp4' : 'video/iso.segment';
}
