/** When a rendition got new parts: its longest silence, and how soon it was back after a restart. PURE. */
import type { Position } from '../../load/hls/media-playlist.js';

export class Progress {
  /** Longest time without a new part, while the server was there, in seconds. */
  longestSilence = 0;
  /** From each start of the server to the first new part, in seconds. */
  readonly returns: number[] = [];
  private newest: Position | undefined;
  private newestAt: number | undefined;
  private startedAt: number | undefined;
  private isAway = false;

  /** A playlist was seen. */
  see(next: Position, atSeconds: number): void {
    const before = this.newest;
    if (before && (next.msn < before.msn || (next.msn === before.msn && next.part <= before.part))) return;
    this.newest = next;
    this.countSilence(atSeconds);
    this.newestAt = atSeconds;
    if (this.startedAt === undefined || !before) return;
    this.returns.push(atSeconds - this.startedAt);
    this.startedAt = undefined;
  }

  /** The server was killed: from here on nothing can be expected. */
  serverGone(atSeconds: number): void {
    this.countSilence(atSeconds);
    this.isAway = true;
    this.startedAt = undefined;
  }

  serverStarts(atSeconds: number): void {
    this.isAway = false;
    this.newestAt = atSeconds;
    this.startedAt = atSeconds;
  }

  /** The run is over; a return that has not come by now counts as long as it was waited for. */
  end(atSeconds: number): void {
    this.countSilence(atSeconds);
    if (this.startedAt !== undefined) this.returns.push(atSeconds - this.startedAt);
    this.startedAt = undefined;
  }

  private countSilence(atSeconds: number): void {
    if (this.newestAt === undefined || this.isAway) return;
    this.longestSilence = Math.max(this.longestSilence, atSeconds - this.newestAt);
  }
}
