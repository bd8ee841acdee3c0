/**
 * Who watches what: unique viewers by stream and rendition, without sessions or cookies. A viewer is a hash of address,
 * user agent and CMCD session, under a salt that nobody knows and that dies with the process; it is kept in memory only,
 * and forgotten after half a minute without a request.
 */
import { hash, randomBytes } from 'node:crypto';
import type { Cmcd } from './cmcd.js';
import type { PlaybackTarget } from './playback-target.js';

/** Who has asked for nothing for this long watches no longer. */
export const WINDOW_MS = 30_000;
/** Of all streams together, some 35 MB: beyond it new ones are not counted. */
const MOST_VIEWERS = 200_000;

export interface ViewerRequest {
  readonly target: PlaybackTarget;
  readonly address: string;
  readonly userAgent: string;
  readonly cmcd: Cmcd | undefined;
}

export interface Viewing {
  seenAtMs: number;
  /** What it plays, as far as it has said by asking. */
  video?: string;
  audio?: string;
  protocol?: 'hls' | 'dash';
  cmcd?: Cmcd;
}

export class Audience {
  private readonly streams = new Map<string, Map<string, Viewing>>();
  private readonly salt = randomBytes(16).toString('base64');
  private size = 0;

  constructor(private readonly most = MOST_VIEWERS) {}

  /** Somebody got what they asked for. */
  see({ target, address, userAgent, cmcd }: ViewerRequest, nowMs: number): void {
    const { streamId, rendition, protocol } = target;
    const viewing = this.viewing(streamId, hash('sha1', [this.salt, address, userAgent, cmcd?.session].join('\n')));
    if (!viewing) return;
    viewing.seenAtMs = nowMs;
    if (rendition !== undefined) viewing[isSound(rendition) ? 'audio' : 'video'] = rendition;
    if (protocol) viewing.protocol = protocol;
    if (cmcd) viewing.cmcd = cmcd;
  }

  /** Who watches a stream at this moment. */
  of(streamId: string, nowMs: number): Viewing[] {
    return [...(this.streams.get(streamId)?.values() ?? [])].filter(({ seenAtMs }) => nowMs - seenAtMs <= WINDOW_MS);
  }

  /** Forgets who has left. */
  sweep(nowMs: number): void {
    for (const [streamId, viewers] of this.streams) {
      for (const [key, { seenAtMs }] of viewers) {
        if (nowMs - seenAtMs <= WINDOW_MS) continue;
        viewers.delete(key);
        this.size -= 1;
      }
      if (viewers.size === 0) this.streams.delete(streamId);
    }
  }

  private viewing(streamId: string, key: string): Viewing | undefined {
    const viewers = this.streams.get(streamId) ?? new Map<string, Viewing>();
    const known = viewers.get(key);
    if (known) return known;
    if (this.size >= this.most) return undefined;
    const viewing: Viewing = { seenAtMs: 0 };
    this.size += 1;
    this.streams.set(streamId, viewers.set(key, viewing));
    return viewing;
  }
}

const isSound = (rendition: string): boolean => rendition.startsWith('audio');
