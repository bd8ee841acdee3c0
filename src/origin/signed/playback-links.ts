/** Makes playback links and lets viewers in by them, where PLAYBACK_SECRET is set. */
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../engine/clock.js';
import { Problem } from '../../engine/problem.js';
import { CLOCK } from '../../platform/clock.js';
import { SETTINGS, type Settings } from '../../platform/settings/index.js';
import { isTokenOf, linkToken } from './link-token.js';

export interface PlaybackLink {
  /** What comes before the stream's id in every address; `/streams` where no links are needed. */
  readonly prefix: string;
  /** Unix seconds; null: never. */
  readonly expiresAt: number | null;
}

/**
 * Links made within the same five minutes for the same time are equal, so their viewers share what a CDN keeps. Each lives
 * up to so much longer than was asked.
 */
const EXPIRY_STEP_SECONDS = 300;

/** The address a link leads to, with or without the `/streams` in between: nginx says it, viewers do not. */
const SIGNED = /^\/signed\/(\d{1,12})\/([\w-]{22})(?:\/streams)?\/([A-Za-z0-9][\w-]{0,63})(\/.*)$/;

@Injectable()
export class PlaybackLinks {
  /** Requests that came by a link; kept no longer than they last. */
  private readonly admitted = new WeakMap<IncomingMessage, Problem | 'admitted'>();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A link to a stream that is good for at least so many seconds. */
  linkTo(streamId: string, seconds: number): PlaybackLink {
    const { playbackSecret } = this.settings;
    if (playbackSecret === undefined) return { prefix: '/streams', expiresAt: null };
    const atLeast = this.clock.now() / 1000 + seconds;
    const expires = Math.ceil(atLeast / EXPIRY_STEP_SECONDS) * EXPIRY_STEP_SECONDS;
    return { prefix: `/signed/${expires}/${linkToken({ streamId, expires }, playbackSecret)}`, expiresAt: expires };
  }

  /** Gives a request that came by a link the address it leads to, and remembers what the link is worth. */
  open(request: IncomingMessage): void {
    const { url = '' } = request;
    if (!url.startsWith('/signed/')) return;
    const [, expires, token, streamId, rest] = SIGNED.exec(url) ?? [];
    if (streamId === undefined || token === undefined || rest === undefined) return;
    request.url = `/streams/${streamId}${rest}`;
    this.admitted.set(request, this.worth(Number(expires), token, streamId));
  }

  /** Throws `playback-link-invalid` or `playback-link-expired` where a link is needed and there is no good one. */
  check(request: IncomingMessage): void {
    if (this.settings.playbackSecret === undefined) return;
    const worth = this.admitted.get(request) ?? new Problem('playback-link-invalid');
    if (worth !== 'admitted') throw worth;
  }

  private worth(expires: number, token: string, streamId: string): Problem | 'admitted' {
    const { playbackSecret } = this.settings;
    if (playbackSecret === undefined) return 'admitted';
    if (!isTokenOf({ streamId, expires }, token, playbackSecret))
      return new Problem('playback-link-invalid', { streamId });
    if (expires * 1000 <= this.clock.now())
      return new Problem('playback-link-expired', { streamId, expiredAt: expires });
    return 'admitted';
  }
}
