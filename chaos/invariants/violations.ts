/** What must not happen, and where it did. PURE. */

export const INVARIANTS = {
  'name-reused': 'a name means the same bytes for ever',
  truncated: 'every object that ends well is whole',
  'parent-differs': 'a segment is the concatenation of its parts',
  'went-back': 'the position at the live edge only goes forwards',
  'name-is-number': 'media sequence number and name are the same, without a hole',
  'part-missing': 'every part of a segment is listed, or it is a gap',
  'gap-changed': 'what was a gap stays one, and what was there does not become one',
  absent: 'what is listed can be fetched',
  'promise-changed': 'target durations and the frame of the MPD never change',
  'server-error': 'no request is answered with 500',
  silence: 'every rendition gets new parts again soon',
  'slow-return': 'a server that was started again soon has new parts',
  'slow-leave': 'a server that is asked to leave does so within ten seconds',
  memory: "the server's memory is bounded",
  orphan: 'no process outlives its server',
  unhealed: 'in the end every stream is live again',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  /** Whose: a path, a rendition, a process. */
  readonly subject: string;
  readonly evidence: string;
  /** Of the first time, since the run began. */
  readonly atSeconds: number;
  readonly count: number;
}

/** One entry an invariant and subject: the first evidence, and how often. */
export class Violations {
  private readonly found = new Map<string, Violation>();

  constructor(private readonly elapsedSeconds: () => number) {}

  add(invariant: Invariant, subject: string, evidence: string): void {
    const key = `${invariant} ${subject}`;
    const before = this.found.get(key);
    this.found.set(
      key,
      before
        ? { ...before, count: before.count + 1 }
        : { invariant, subject, evidence, atSeconds: this.elapsedSeconds(), count: 1 },
    );
  }

  get all(): readonly Violation[] {
    return [...this.found.values()];
  }
}
