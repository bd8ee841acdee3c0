/** A rule is data: what must be true, where it is written, how bad it is otherwise, and how to see it. PURE. */

/**
 * `error`: the clause says MUST, or players are known to break. `warning`: SHOULD, or fragile. `note`: advice, or a
 * deviation worth knowing.
 */
export type Severity = 'error' | 'warning' | 'note';

export interface Rule<Subject> {
  /** Stable and readable: `hls.target-duration-fits`. */
  readonly id: string;
  /** Where it is written: `rfc8216bis 4.4.3.1`, `Apple 14.3`, `IOP v5 part 4`, `RFC 9110 15.5.17`. */
  readonly clause: string;
  readonly severity: Severity;
  /** What must be true, in one sentence. */
  readonly text: string;
  /** One line of evidence for each place where it is not: what was found, and where. Nothing where it holds. */
  readonly check: (subject: Subject) => Iterable<string>;
}

export interface Violation {
  readonly rule: string;
  readonly clause: string;
  readonly severity: Severity;
  readonly text: string;
  /** Of the playlist, MPD or media object it was found in. */
  readonly url: string;
  readonly evidence: string;
  /** Unix ms. */
  readonly atMs: number;
}

export interface Place {
  readonly url: string;
  /** Unix ms. */
  readonly atMs: number;
}

/** Every violation of `rules` in `subject`. A rule never throws for a broken subject: that is what it is there to say. */
export function violationsOf<Subject>(rules: readonly Rule<Subject>[], subject: Subject, place: Place): Violation[] {
  return rules.flatMap(({ id, clause, severity, text, check }) =>
    [...check(subject)].map((evidence) => ({ rule: id, clause, severity, text, evidence, ...place })),
  );
}
