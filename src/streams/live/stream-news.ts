/** Turns the facts of one stream into its events: every change is told once, whatever repeats below. */
import type { Clock } from '../../engine/clock.js';
import type { SerializedProblem } from '../../engine/problem.js';
import type { Programme, SourceHealth } from '../programme.js';
import type { TellStreamEvent } from '../events/index.js';

interface Rung {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly restarts: number;
}

export class StreamNews {
  /** When sources that are lost were told of, by their place, Unix ms. */
  private readonly lostSinceMs = new Map<number, number>();
  private degradedSinceMs: number | undefined;

  constructor(
    private readonly tell: TellStreamEvent,
    private readonly clock: Clock,
  ) {}

  started(sources: readonly SourceHealth[], resumed: boolean): void {
    this.tell('stream.started', { resumed, sources: sources.map(({ url }) => url) });
  }

  playable(startedAtMs: number, renditions: readonly string[]): void {
    this.tell('stream.playable', { after_seconds: this.secondsSince(startedAtMs), renditions: [...renditions] });
  }

  /** The source at `index` stands like this now. Attempts that fail one after the other are one loss. */
  source(index: number, { url, state, lastProblem }: SourceHealth): void {
    const place = { source_index: index, source_url: url };
    const sinceMs = this.lostSinceMs.get(index);
    if (state === 'lost' && sinceMs === undefined) {
      this.lostSinceMs.set(index, this.clock.now());
      this.tell('stream.source_lost', { ...place, problem: told(lastProblem) ?? UNKNOWN });
    } else if (state === 'up' && sinceMs !== undefined) {
      this.lostSinceMs.delete(index);
      this.tell('stream.source_back', { ...place, after_seconds: this.secondsSince(sinceMs) });
    }
  }

  /** Its sources are others now: what was lost is not theirs. */
  sourcesReplaced(): void {
    this.lostSinceMs.clear();
  }

  programme(before: Programme, { step, onAir, pinned }: Programme): void {
    if (step === before.step && onAir === before.onAir) return;
    const from = { from_step: before.step, from_source_index: before.onAir };
    this.tell('stream.programme_changed', { step, source_index: onAir, ...from, pinned });
  }

  rung(before: Rung | undefined, { name: rung, state, restarts }: Rung, problem?: SerializedProblem): void {
    if (before?.state === state) return;
    if (state === 'down') this.tell('stream.rung_down', { rung, restarts, problem: told(problem) ?? UNKNOWN });
    else if (before) this.tell('stream.rung_up', { rung, restarts });
  }

  /** Which renditions of a stream that plays are missing now. */
  missing(rungsDown: readonly string[]): void {
    if (rungsDown.length > 0 && this.degradedSinceMs === undefined) {
      this.degradedSinceMs = this.clock.now();
      this.tell('stream.degraded', { rungs_down: [...rungsDown] });
    } else if (rungsDown.length === 0 && this.degradedSinceMs !== undefined) {
      const after_seconds = this.secondsSince(this.degradedSinceMs);
      this.degradedSinceMs = undefined;
      this.tell('stream.recovered', { after_seconds });
    }
  }

  storageRefused(problem: SerializedProblem): void {
    this.tell('stream.storage_refused', { problem: told(problem) ?? UNKNOWN });
  }

  storageWritable(refusedSinceMs: number): void {
    this.tell('stream.storage_writable', { after_seconds: this.secondsSince(refusedSinceMs) });
  }

  stale(staleAfterSeconds: number, lastHeartbeatMs: number): void {
    const heartbeat_seconds_ago = this.secondsSince(lastHeartbeatMs);
    this.tell('stream.stale', { stale_after: staleAfterSeconds, heartbeat_seconds_ago });
  }

  stopped(reason: string): void {
    this.tell('stream.stopped', { reason });
  }

  failed(problem: SerializedProblem | undefined): void {
    this.tell('stream.failed', { problem: told(problem) ?? null });
  }

  private secondsSince(ms: number): number {
    return Number(((this.clock.now() - ms) / 1000).toFixed(1));
  }
}

/** Characters: an event is a message, not a log. */
const MOST_DETAIL = 1000;

const UNKNOWN = { code: 'internal', detail: 'The cause is in the log.' };

const told = (problem: SerializedProblem | undefined): { code: string; detail: string } | undefined =>
  problem && { code: problem.code, detail: problem.detail.slice(0, MOST_DETAIL) };
