/** Manifest texts, rendered once per version and fanned out: plain, gzipped and with their validator. */
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../engine/clock.js';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { renderMpd, type Addressing } from '../engine/dash/index.js';
import { renderMediaPlaylist, renderMultivariantPlaylist } from '../engine/hls/index.js';
import type { Presentation } from '../engine/packager/index.js';
import { CLOCK } from '../platform/clock.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import type { PresentationView } from '../engine/timeline/index.js';

export interface RenderedText {
  readonly plain: Buffer;
  readonly gzipped: Buffer;
  /** Weak: the gzipped body is another sequence of bytes with the same meaning. */
  readonly etag: string;
}

interface Entry extends RenderedText {
  readonly version: number;
}

interface Published {
  /** The text without its date. */
  readonly undated: string;
  readonly atMs: number;
}

/** Where DASH players read our clock: relative to the MPD's URL, so that it follows the CDN, unless PUBLIC_URL is known. */
const TIME_PATH = '/time';

@Injectable()
export class TextCache {
  private readonly perPresentation = new WeakMap<Presentation, Map<string, Entry>>();
  /** How many texts were rendered since the start. */
  renders = 0;
  private readonly published = new WeakMap<Presentation, Map<Addressing, Published>>();
  private readonly timeUrl: string;

  constructor(
    @Inject(SETTINGS) { publicUrl }: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.timeUrl = `${publicUrl ?? ''}${TIME_PATH}`;
  }

  multivariant(presentation: Presentation): RenderedText | undefined {
    return this.text(presentation, 'multivariant', renderMultivariantPlaylist);
  }

  mpd(presentation: Presentation, addressing: Addressing): RenderedText | undefined {
    return this.text(presentation, `mpd ${addressing}`, (view) => this.renderMpd(presentation, view, addressing));
  }

  /** MPD@publishTime is when the text last became another one, which only who keeps the texts can know. */
  private renderMpd(presentation: Presentation, view: PresentationView, addressing: Addressing): string {
    const { timeUrl } = this;
    const undated = renderMpd(view, { timeUrl, addressing, publishedAtMs: 0 });
    const dates = this.published.get(presentation) ?? new Map<Addressing, Published>();
    this.published.set(presentation, dates);
    const last = dates.get(addressing);
    const isSame = last?.undated === undated;
    const publishedAtMs = isSame ? last.atMs : Math.max(this.clock.now(), (last?.atMs ?? 0) + 1);
    dates.set(addressing, { undated, atMs: publishedAtMs });
    return renderMpd(view, { timeUrl, addressing, publishedAtMs });
  }

  /** Undefined while there is no such rendition or it has not begun. */
  mediaPlaylist(presentation: Presentation, rendition: string, skip?: 'YES' | 'v2'): RenderedText | undefined {
    const found = presentation.view?.renditions.find(({ name }) => name === rendition);
    if (!found) return undefined;
    return this.text(presentation, `media ${rendition} ${skip ?? ''}`, (view) =>
      renderMediaPlaylist(found, view, skip ? { skip } : {}),
    );
  }

  private text(
    presentation: Presentation,
    key: string,
    render: (view: PresentationView) => string,
  ): RenderedText | undefined {
    const { view, version } = presentation;
    if (!view) return undefined;
    const entries = this.perPresentation.get(presentation) ?? new Map<string, Entry>();
    this.perPresentation.set(presentation, entries);
    const known = entries.get(key);
    if (known?.version === version) return known;
    const plain = Buffer.from(render(view));
    this.renders += 1;
    const etag = `W/"${createHash('sha1').update(plain).digest('base64url')}"`;
    // Equal text, equal validator: nothing is compressed twice.
    const entry: Entry =
      known?.etag === etag ? { ...known, version } : { plain, gzipped: gzipSync(plain), etag, version };
    entries.set(key, entry);
    return entry;
  }
}
