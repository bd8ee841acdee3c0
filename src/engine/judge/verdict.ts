/** What the judge has found so far: each rule's violations counted by place, the first of them kept as evidence. PURE. */
import type { Severity, Violation } from './rule.js';

/** Violations of one rule in one place (media objects of one rendition count as one place). */
export interface Finding extends Violation {
  /** How often, the first included. */
  readonly count: number;
  /** Unix ms of the latest. */
  readonly lastAtMs: number;
}

/** How much was looked at: a clean verdict over nothing is worth nothing. */
export interface Seen {
  playlists: number;
  manifests: number;
  media: number;
  bytes: number;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

export class Verdict {
  readonly seen: Seen = { playlists: 0, manifests: 0, media: 0, bytes: 0 };
  private readonly found = new Map<string, Finding>();

  add(violations: readonly Violation[]): void {
    for (const violation of violations) {
      const key = `${violation.rule} ${placeOf(violation.url)}`;
      const known = this.found.get(key);
      this.found.set(
        key,
        known
          ? { ...known, count: known.count + 1, lastAtMs: violation.atMs }
          : { ...violation, count: 1, lastAtMs: violation.atMs },
      );
    }
  }

  /** The gravest first, in the order they were found. */
  get findings(): readonly Finding[] {
    const all = [...this.found.values()];
    return ORDER.flatMap((severity) => all.filter((finding) => finding.severity === severity));
  }

  count(severity: Severity): number {
    return this.findings.filter((finding) => finding.severity === severity).length;
  }

  /** 0: clean or notes only; 1: warnings; 2: errors. */
  get exitCode(): 0 | 1 | 2 {
    if (this.count('error') > 0) return 2;
    return this.count('warning') > 0 ? 1 : 0;
  }
}

/** Numbers in file names vary from object to object; the place is the folder and the kind of file. Queries are dropped. */
function placeOf(url: string): string {
  const [path = url] = url.split('?');
  return path.replace(/[^/]*\d[^/]*(\.[a-z0-9]+)$/i, '*$1');
}
