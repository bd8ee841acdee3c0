/** What a stream is fed from and shown in its place: the request and the settings, as the pipeline takes them. */
import type { LossPolicy, SlateSpec } from '../../engine/pipeline/index.js';
import type { Settings } from '../../platform/settings/index.js';

/** As a stream's spec keeps it: what is absent is the setting's, null is never. */
export interface SourceWishes {
  /** Sources to turn to when `sourceUrl` is lost, in this order. */
  readonly backupUrls?: readonly string[];
  readonly slateAfter?: number | null;
  readonly nextSourceAfter?: number | null;
  readonly giveUpAfter?: number | null;
  readonly failBackAfter?: number | null;
  readonly slateText?: string;
  readonly slateImage?: string;
}

/** The fields of a request that hold them. */
export interface SourceFields {
  readonly source_urls?: readonly string[];
  readonly slate_after?: number | null;
  readonly next_source_after?: number | null;
  readonly give_up_after?: number | null;
  readonly fail_back_after?: number | null;
  readonly slate_text?: string | null;
  readonly slate_image?: string | null;
}

export function sourceWishes(request: SourceFields): SourceWishes {
  const backups = request.source_urls?.slice(1) ?? [];
  const wishes: SourceWishes = {
    ...(backups.length > 0 && { backupUrls: backups }),
    slateAfter: request.slate_after,
    nextSourceAfter: request.next_source_after,
    giveUpAfter: request.give_up_after,
    failBackAfter: request.fail_back_after,
    slateText: request.slate_text ?? undefined,
    slateImage: request.slate_image ?? undefined,
  };
  // A wish nobody has is not kept: the setting may change.
  return Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined));
}

export function lossPolicy(wishes: SourceWishes, settings: Settings): LossPolicy {
  const orSetting = (wish: number | null | undefined, setting: number | undefined): number | null =>
    wish === undefined ? (setting ?? null) : wish;
  return {
    slateAfter: orSetting(wishes.slateAfter, settings.slateAfter),
    nextSourceAfter: orSetting(wishes.nextSourceAfter, settings.nextSourceAfter),
    giveUpAfter: orSetting(wishes.giveUpAfter, settings.giveUpAfter),
    failBackAfter: orSetting(wishes.failBackAfter, settings.failBackAfter),
  };
}

export function slateSpec(wishes: SourceWishes, settings: Settings): SlateSpec {
  const hasImage = wishes.slateImage !== undefined || settings.slateImage !== undefined;
  return {
    // Words belong to the plain ground, unless they are asked for.
    text: wishes.slateText ?? (hasImage ? '' : settings.slateText),
    imageUrl: wishes.slateImage,
    imagePath: settings.slateImage,
  };
}

/** A source as it may be shown: where it is, without what may be secret in it. */
export function publicSource(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*:)(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?/i.exec(url);
  if (!match) return '';
  const [, scheme, host] = match;
  if (scheme === 'test:') return url;
  return `${scheme}//${host ?? ''}${url.length > match[0].length ? '/…' : ''}`;
}
