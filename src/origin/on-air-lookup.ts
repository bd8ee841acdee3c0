/** What a request's stream is printed from, waiting for a stream that is starting. */
import { Inject, Injectable } from '@nestjs/common';
import type { Presentation, Viewer } from '../engine/packager/index.js';
import { Problem } from '../engine/problem.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { Catalogue, type Protocol } from './catalogue.js';

@Injectable()
export class OnAirLookup {
  constructor(
    @Inject(Catalogue) private readonly catalogue: Catalogue,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Undefined while it is not on air (in this protocol). */
  now(streamId: string, protocol: Protocol): Presentation | undefined {
    return this.catalogue.find(streamId)?.[protocol];
  }

  /**
   * Holds while the stream is starting: a player that is told "no" gives up, and "in a moment" is the truth. Rejects with
   * `stream-starting` after three segment durations, with `playlist-not-found` where nothing is coming.
   */
  async soon(streamId: string, protocol: Protocol, viewer: Viewer): Promise<Presentation> {
    const limitMs = 3 * this.settings.segmentDuration * 1000;
    const found = await this.catalogue.whenListed(streamId, protocol, limitMs, viewer);
    if (found === 'starting') throw new Problem('stream-starting', { streamId });
    if (!found) throw new Problem('playlist-not-found', { streamId });
    return found;
  }
}
