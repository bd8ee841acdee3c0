/**
 * What the engine throws when the caller cannot go on: a code from one closed list, the facts, and the cause.
 * How a code looks to a person (title, HTTP status, remedy) is the business of `platform/problems`.
 */

export const PROBLEM_CODES = [
  'request-invalid',
  'stream-not-found',
  'stream-exists',
  'stream-over',
  'quality-unknown',
  'source-url-invalid',
  'source-scheme-not-allowed',
  'source-file-not-allowed',
  'source-address-not-allowed',
  'source-unreachable',
  'source-without-picture',
  'source-without-media',
  'source-given-up',
  'source-index-unknown',
  'slate-failed',
  'ladder-empty',
  'ladder-invalid',
  'settings-invalid',
  'ffmpeg-missing',
  'ffmpeg-too-old',
  'ffmpeg-incomplete',
  'ffmpeg-failed',
  'encoder-too-slow',
  'output-not-writable',
  'disk-full',
  'too-many-open-files',
  'database-not-writable',
  'clock-behind',
  'pipeline-lost',
  'media-not-found',
  'thumbnail-not-available',
  'playlist-not-found',
  'stream-starting',
  'playback-link-invalid',
  'playback-link-expired',
  'delivery-directive-invalid',
  'delivery-too-far-ahead',
  'delivery-timed-out',
  'capacity-exceeded',
  'calibration-failed',
  'webhook-delivery-not-found',
  'too-many-event-streams',
  'server-stopping',
  'token-missing',
  'token-refused',
  'scope-missing',
  'host-not-allowed',
  'origin-not-allowed',
  'too-many-requests',
  'internal',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Facts are shown to people and machines: plain values only, secrets already redacted. */
export type ProblemFacts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly facts: ProblemFacts = {},
    options: { cause?: unknown; detail?: string } = {},
  ) {
    super(options.detail ?? describe(code, facts), { cause: options.cause });
  }

  /** A plain value that survives a worker's message port. */
  toJSON(): SerializedProblem {
    return { code: this.code, facts: this.facts, detail: this.message };
  }

  static from(serialized: SerializedProblem): Problem {
    return new Problem(serialized.code, serialized.facts, { detail: serialized.detail });
  }

  /** Any thrown value as a problem; what is not one already becomes `internal` with the cause kept. */
  static wrap(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const detail = error instanceof Error ? error.message : String(error);
    return new Problem('internal', {}, { cause: error, detail });
  }
}

export interface SerializedProblem {
  readonly code: ProblemCode;
  readonly facts: ProblemFacts;
  readonly detail: string;
}

function describe(code: ProblemCode, facts: ProblemFacts): string {
  const told = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return told.length > 0 ? `${code} (${told.join(', ')})` : code;
}
