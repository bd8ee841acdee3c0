/**
 * How long after a part became public each waiting viewer had its answer. Nobody outside the server sees the instant
 * of publication itself, so it is the earliest first byte that any viewer of the run got of an answer that was held
 * for that part: nobody can have been told of a part that was not public.
 */

/** Fields of a sample, one after the other in a Float64Array; times in monotonic milliseconds of this machine. */
export const SAMPLE = {
  /** Number of the track: one playlist of one stream. */
  track: 0,
  /** 0: a playlist; 1: a hinted part. */
  kind: 1,
  /** Position that was asked for, see `positionKey`. */
  asked: 2,
  /** Latest position that the answer told of, at least `asked`. */
  shown: 3,
  sentAt: 4,
  firstByteAt: 5,
  doneAt: 6,
  /** When the media of `shown` ends, in milliseconds since 1970 by PROGRAM-DATE-TIME; 0 when it is not said. */
  mediaEnd: 7,
  length: 8,
} as const;

/** One number for a position, growing with it: parts of a segment are far fewer than 4096. */
export const positionKey = (msn: number, part: number): number => msn * 4096 + part;

/** By then whoever was told first has reported it: workers report every second. */
const SETTLED_AFTER_MS = 3000;
/** Viewers that are told later than this after the first are not kept waiting for by memory: counted as this late. */
const FORGOTTEN_AFTER_MS = 60_000;

/** Where durations in milliseconds go. */
export interface Recorder {
  record(ms: number): void;
}

interface Publication {
  atMs: number;
  mediaEndMs: number;
  waiting: number[];
  settled: boolean;
}

export class WakeLedger {
  private readonly publications = new Map<string, Publication>();

  constructor(
    private readonly epochOffsetMs: number,
    private readonly into: {
      /** From publication to the last byte of the playlist, for requests that were waiting. */
      readonly playlist: Recorder;
      /** The same for hinted parts. */
      readonly part: Recorder;
      /** From request to last byte, for requests that came after publication and so had nothing to wait for. */
      readonly late: Recorder;
      /** From the end of a part's media, by its own clock, to its publication. */
      readonly publication: Recorder;
    },
  ) {}

  /** Takes samples of one worker; `trackOf` gives the run's number of that worker's track. */
  add(samples: Float64Array, trackOf: (track: number) => number): void {
    for (let at = 0; at < samples.length; at += SAMPLE.length) {
      const field = (name: keyof typeof SAMPLE) => samples[at + SAMPLE[name]]!;
      const track = trackOf(field('track'));
      const firstByteAt = field('firstByteAt');
      const shown = this.publicationOf(track, field('shown'), firstByteAt);
      if (field('mediaEnd') > 0) shown.mediaEndMs = field('mediaEnd');
      const asked = this.publicationOf(track, field('asked'), firstByteAt);
      if (asked.settled) this.record(asked, field('kind'), field('sentAt'), field('doneAt'));
      else asked.waiting.push(field('kind'), field('sentAt'), field('doneAt'));
    }
  }

  /** Records what is known for sure by now; at the end of a run, everything. */
  settle(nowMs: number, everything = false): void {
    for (const [key, publication] of this.publications) {
      const ageMs = nowMs - publication.atMs;
      if (!publication.settled && (everything || ageMs > SETTLED_AFTER_MS)) this.conclude(publication);
      if (ageMs > FORGOTTEN_AFTER_MS) this.publications.delete(key);
    }
  }

  private publicationOf(track: number, position: number, toldAtMs: number): Publication {
    const key = `${track}:${position}`;
    const known = this.publications.get(key);
    if (known) {
      if (!known.settled && toldAtMs < known.atMs) known.atMs = toldAtMs;
      return known;
    }
    const publication = { atMs: toldAtMs, mediaEndMs: 0, waiting: [], settled: false };
    this.publications.set(key, publication);
    return publication;
  }

  private conclude(publication: Publication): void {
    publication.settled = true;
    const { waiting, atMs, mediaEndMs } = publication;
    for (let at = 0; at < waiting.length; at += 3)
      this.record(publication, waiting[at]!, waiting[at + 1]!, waiting[at + 2]!);
    publication.waiting = [];
    if (mediaEndMs > 0) this.into.publication.record(atMs + this.epochOffsetMs - mediaEndMs);
  }

  private record({ atMs }: Publication, kind: number, sentAtMs: number, doneAtMs: number): void {
    if (sentAtMs > atMs) this.into.late.record(doneAtMs - sentAtMs);
    else if (kind === 0) this.into.playlist.record(doneAtMs - atMs);
    else this.into.part.record(doneAtMs - atMs);
  }
}
