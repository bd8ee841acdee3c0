/** Takes what was asked, by nginx's log or by this server's own answers, and keeps count of who watches. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Clock } from '../engine/clock.js';
import { Problem } from '../engine/problem.js';
import { Catalogue } from '../origin/index.js';
import { CLOCK } from '../platform/clock.js';
import { Buckets } from '../platform/metrics/index.js';
import { Schedule } from '../platform/schedule/index.js';
import { Audience, type Viewing } from './audience.js';
import { parseCmcd, type Cmcd } from './cmcd.js';
import { playbackTarget, type PlaybackTarget } from './playback-target.js';

export interface Seen {
  /** Path and query as the client sent them. */
  readonly address: string;
  readonly client: string;
  readonly userAgent: string;
  /** The values of the CMCD headers, joined by commas. */
  readonly cmcdHeaders: string;
  readonly status: number;
}

/** What players have reported of a stream since it was first watched. */
export interface StreamReports {
  starvations: number;
  readonly buffers: Buckets;
}

/** Upper bounds of reported buffer lengths, s: from a stall at hand to a player that has all it wants. */
export const BUFFER_BOUNDS_SECONDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32] as const;
const SWEEP_EVERY_SECONDS = 10;

@Injectable()
export class ViewersService implements OnModuleInit {
  readonly audience = new Audience();
  private readonly reports = new Map<string, StreamReports>();

  constructor(
    @Inject(Catalogue) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Schedule) private readonly schedule: Schedule,
  ) {}

  onModuleInit(): void {
    this.schedule.every(SWEEP_EVERY_SECONDS, 'viewers', () => this.sweep());
  }

  /** Somebody was answered. What it names is given back, where it is of a stream on air. */
  take({ address, client, userAgent, cmcdHeaders, status }: Seen): PlaybackTarget | undefined {
    const target = playbackTarget(address);
    if (!target || !this.isOnAir(target)) return undefined;
    if (status >= 400) return target;
    const cmcd = parseCmcd([target.cmcd, cmcdHeaders].filter((part) => part !== '').join(','));
    this.audience.see({ target, address: client, userAgent, cmcd }, this.clock.now());
    if (cmcd) this.report(target.streamId, cmcd);
    return target;
  }

  /** Throws `stream-not-found` for what is not on air; undefined while it is only about to be. */
  viewingsOf(streamId: string): Viewing[] | undefined {
    if (this.catalogue.find(streamId)) return this.audience.of(streamId, this.clock.now());
    if (this.catalogue.isAnnounced(streamId)) return undefined;
    throw new Problem('stream-not-found', { streamId });
  }

  /** The streams on air, and who watches each. */
  all(): { readonly streamId: string; readonly renditions: readonly string[]; readonly viewings: Viewing[] }[] {
    const nowMs = this.clock.now();
    return this.catalogue.streamIds.map((streamId) => ({
      ...{ streamId, renditions: this.renditions(streamId), viewings: this.audience.of(streamId, nowMs) },
    }));
  }

  reportsOf(streamId: string): StreamReports {
    return this.reports.get(streamId) ?? { starvations: 0, buffers: new Buckets(BUFFER_BOUNDS_SECONDS) };
  }

  private isOnAir({ streamId, rendition }: PlaybackTarget): boolean {
    if (rendition === undefined) return this.catalogue.find(streamId) !== undefined;
    const { hls, dash } = this.catalogue.find(streamId) ?? {};
    const has = (presentation: typeof hls): boolean =>
      presentation?.outline.renditions.some(({ name }) => name === rendition) ?? false;
    return has(hls) || has(dash);
  }

  private renditions(streamId: string): string[] {
    const outlines = this.catalogue.presentations(streamId).flatMap(({ outline }) => outline.renditions);
    return [...new Set(outlines.map(({ name }) => name))];
  }

  private report(streamId: string, { starved, bufferMs }: Cmcd): void {
    const reports = this.reportsOf(streamId);
    this.reports.set(streamId, reports);
    if (starved) reports.starvations += 1;
    if (bufferMs !== undefined) reports.buffers.observe(bufferMs / 1000);
  }

  private sweep(): void {
    this.audience.sweep(this.clock.now());
    for (const streamId of this.reports.keys()) if (!this.catalogue.find(streamId)) this.reports.delete(streamId);
  }
}
