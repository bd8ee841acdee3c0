/** What nginx has answered, as far as its viewer log tells: everything but parts and most held playlists. */
import { Injectable } from '@nestjs/common';
import type { TargetKind } from './playback-target.js';
import type { ViewerLine } from './viewer-line.js';

export const LINE_RESULTS = ['counted', 'other', 'unreadable'] as const;
export type LineResult = (typeof LINE_RESULTS)[number];

export interface NginxAnswers {
  readonly kind: TargetKind;
  readonly answeredBy: 'disk' | 'origin';
  readonly statusClass: string;
  count: number;
}

@Injectable()
export class NginxShare {
  readonly lines: Record<LineResult, number> = { counted: 0, other: 0, unreadable: 0 };
  readonly bytes = new Map<TargetKind, number>();
  private readonly byLabels = new Map<string, NginxAnswers>();

  get answers(): Iterable<NginxAnswers> {
    return this.byLabels.values();
  }

  countLine(result: LineResult): void {
    this.lines[result] += 1;
  }

  countAnswer(kind: TargetKind, { status, askedOrigin, bytes }: ViewerLine): void {
    const statusClass = `${Math.floor(status / 100)}xx`;
    const key = `${kind} ${askedOrigin} ${statusClass}`;
    const known = this.byLabels.get(key);
    if (known) known.count += 1;
    else this.byLabels.set(key, { kind, answeredBy: askedOrigin ? 'origin' : 'disk', statusClass, count: 1 });
    this.bytes.set(kind, (this.bytes.get(kind) ?? 0) + bytes);
  }
}
