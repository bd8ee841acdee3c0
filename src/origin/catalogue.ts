/** Which presentations are on air, by stream id. Capabilities put them in; the playback routes look them up. */
import { Injectable } from '@nestjs/common';
import type { Presentation } from '../engine/packager/index.js';

export interface Listing {
  readonly presentation: Presentation;
  readonly hls: boolean;
  readonly dash: boolean;
}

@Injectable()
export class Catalogue {
  private readonly listings = new Map<string, Listing>();

  list(streamId: string, listing: Listing): void {
    this.listings.set(streamId, listing);
  }

  /** Removes it, unless another presentation has taken the name meanwhile. */
  unlist(streamId: string, presentation: Presentation): void {
    if (this.listings.get(streamId)?.presentation === presentation) this.listings.delete(streamId);
  }

  find(streamId: string): Listing | undefined {
    return this.listings.get(streamId);
  }

  /** Held requests over all presentations. */
  get held(): number {
    return [...this.listings.values()].reduce((sum, { presentation }) => sum + presentation.held, 0);
  }
}
