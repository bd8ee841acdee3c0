/** How long it takes from a publication until those who waited for it have their answer: what a low-latency viewer feels. */
import { Injectable } from '@nestjs/common';
import type { Presentation } from '../engine/packager/index.js';
import { Buckets } from '../platform/metrics/index.js';

/** Upper bounds, s. */
export const WAKE_BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] as const;

/** What was waited for: a playlist, a whole file, or the next part of a segment in progress. */
export const WAKE_KINDS = ['playlist', 'file', 'part'] as const;
export type WakeKind = (typeof WAKE_KINDS)[number];

@Injectable()
export class WakeLatency {
  private readonly buckets = Object.fromEntries(
    WAKE_KINDS.map((kind) => [kind, new Buckets(WAKE_BOUNDS_SECONDS)]),
  ) as Readonly<Record<WakeKind, Buckets>>;

  /** One who was held has just been answered: with what the presentation's last change brought. */
  answered(kind: WakeKind, { changedAtMs }: Pick<Presentation, 'changedAtMs'>): void {
    this.buckets[kind].observe((performance.now() - changedAtMs) / 1000);
  }

  of(kind: WakeKind): Buckets {
    return this.buckets[kind];
  }
}
