/** Which presentations are on air, or about to be, by stream id. Capabilities put them in; the playback routes look them up. */
import { Injectable } from '@nestjs/common';
import { Waiters, type Presentation, type Viewer } from '../engine/packager/index.js';

export type Protocol = 'hls' | 'dash';

/** What each protocol of a stream is printed from: the same presentation for both, unless HLS is transport streams. */
export interface Listing {
  readonly hls?: Presentation;
  readonly dash?: Presentation;
}

@Injectable()
export class Catalogue {
  private readonly listings = new Map<string, Listing>();
  private readonly announced = new Map<string, Readonly<Record<Protocol, boolean>>>();
  private readonly waiters = new Waiters();

  /** The stream is starting: who asks for it is worth holding. */
  announce(streamId: string, protocols: Readonly<Record<Protocol, boolean>>): void {
    this.announced.set(streamId, protocols);
  }

  list(streamId: string, listing: Listing): void {
    this.listings.set(streamId, listing);
    this.unannounce(streamId);
  }

  /** Nothing (more) will come of an announcement: who waits is let go. */
  unannounce(streamId: string): void {
    if (this.announced.delete(streamId)) this.waiters.wake();
  }

  /** Removes it, unless another stream has taken the name meanwhile. */
  unlist(streamId: string, listing: Listing): void {
    if (this.isListed(streamId, listing)) this.listings.delete(streamId);
  }

  /** Whether this is what viewers of the name get. */
  isListed(streamId: string, { hls, dash }: Listing): boolean {
    const listed = this.listings.get(streamId);
    return listed !== undefined && listed.hls === hls && listed.dash === dash;
  }

  find(streamId: string): Listing | undefined {
    return this.listings.get(streamId);
  }

  get streamIds(): string[] {
    return [...this.listings.keys()];
  }

  isAnnounced(streamId: string): boolean {
    return this.announced.has(streamId);
  }

  /** The presentations of a stream, each once. */
  presentations(streamId: string): readonly Presentation[] {
    const { hls, dash } = this.listings.get(streamId) ?? {};
    return [...new Set([hls, dash])].filter((presentation) => presentation !== undefined);
  }

  /**
   * What a protocol of a stream is printed from. Holds while the stream is only announced: `'starting'` when that takes
   * longer than `limitMs` or the viewer leaves. Undefined: there is no such stream, or not in this protocol.
   */
  async whenListed(
    streamId: string,
    protocol: Protocol,
    limitMs: number,
    viewer: Viewer,
  ): Promise<Presentation | 'starting' | undefined> {
    const isComing = (): boolean => this.announced.get(streamId)?.[protocol] ?? false;
    // A stream that starts anew under an old name has its old playlists until it has new ones.
    if (!this.listings.has(streamId) && isComing()) {
      if (!(await this.waiters.wait(() => !isComing(), limitMs, viewer))) return 'starting';
    }
    return this.listings.get(streamId)?.[protocol];
  }

  /** Held requests over all presentations. */
  get held(): number {
    const all = new Set([...this.listings.keys()].flatMap((streamId) => this.presentations(streamId)));
    return [...all].reduce((sum, { held }) => sum + held, this.waiters.count);
  }
}
