/** What a cache that never forgets would have seen: every name, and what it meant the first time. PURE. */
import { createHash } from 'node:crypto';
import { brokenBoxes } from './whole-boxes.js';
import type { Violations } from './violations.js';

interface Kept {
  readonly hash: string;
  readonly bytes: number;
}

export class ImmutableCache {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly violations: Violations) {}

  /** Objects that were fetched, each counted once. */
  get names(): number {
    return this.kept.size;
  }

  /** Takes an answer that ended well. Paths end in `.mp4` (init segment) or `.m4s`. */
  add(path: string, body: Buffer): void {
    const broken = brokenBoxes(body, path.endsWith('.mp4') ? 'init' : 'media');
    if (broken !== undefined) this.violations.add('truncated', path, broken);
    const now: Kept = { hash: hashOf(body), bytes: body.length };
    const first = this.kept.get(path);
    if (!first) this.kept.set(path, now);
    else if (first.hash !== now.hash)
      this.violations.add(
        'name-reused',
        path,
        `${first.bytes} bytes with SHA-1 ${first.hash} at first, then ${now.bytes} with ${now.hash}`,
      );
  }

  /** Whether a segment is its parts, if all of them are known. */
  compare(segment: string, parts: readonly Buffer[], body: Buffer): void {
    const whole = Buffer.concat(parts);
    if (!whole.equals(body))
      this.violations.add('parent-differs', segment, `${body.length} bytes, its parts have ${whole.length}`);
  }
}

const hashOf = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex').slice(0, 12);
