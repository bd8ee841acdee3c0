/** What the API says, as far as the console reads it. Names are the API's own. */

export type Scope = 'read' | 'control';

/** `GET /whoami` */
export interface WhoAmI {
  readonly name?: string | null;
  readonly scope?: Scope | null;
  readonly tokens_required: boolean;
}

export interface SpokenProblem {
  readonly code: string;
  readonly detail: string;
}

export interface SourceInfo {
  /** Scheme and host: the rest may be secret. */
  readonly url: string;
  readonly state: 'closed' | 'connecting' | 'up' | 'lost';
  readonly losses: number;
  readonly last_problem: SpokenProblem | null;
}

export type ProgrammeStep = 'source' | 'backup' | 'repeat' | 'slate';

/** `GET /streams/{id}`. Times are Unix seconds. */
export interface StreamInfo {
  readonly stream_id: string;
  readonly title?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly status: 'starting' | 'live' | 'degraded' | 'filling' | 'stopping' | 'ended' | 'failed';
  readonly hls_url: string | null;
  readonly dash_url: string | null;
  readonly qualities: readonly string[];
  readonly left_out: readonly string[];
  readonly created_at: number;
  readonly last_update: number;
  readonly stale_after: number | null;
  readonly low_latency: boolean;
  readonly segment_format: 'fmp4' | 'mpegts';
  readonly reason: string | null;
  readonly source: string | null;
  readonly source_connected: boolean;
  readonly sources: readonly SourceInfo[];
  readonly programme: {
    readonly step: ProgrammeStep;
    readonly source_index: number;
    readonly pinned: boolean;
    readonly since: number;
  };
  readonly rungs: readonly { readonly name: string; readonly state: 'up' | 'down'; readonly restarts: number }[];
  readonly storage: { readonly writable: boolean; readonly since: number | null };
  readonly last_problem: SpokenProblem | null;
}

export interface ExplainedRung {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly restarts: number;
  readonly speed: number | null;
  readonly queued_units: number;
  readonly gaps: number;
  readonly gaps_recently: number;
  readonly publish_delay_median_ms: number | null;
  readonly publish_delay_p95_ms: number | null;
  readonly verdict: string;
}

/** `GET /streams/{id}/explain` */
export interface Explanation {
  readonly summary: readonly string[];
  readonly advice: readonly string[];
  readonly sources: readonly {
    readonly index: number;
    readonly url: string;
    readonly description: string | null;
    readonly verdict: string;
  }[];
  readonly programme: {
    readonly step: ProgrammeStep;
    readonly why: string;
    readonly next: readonly { readonly what: string; readonly at: number; readonly in_seconds: number }[];
  };
  readonly rungs: readonly ExplainedRung[];
  readonly latency: {
    readonly legs: readonly { readonly name: string; readonly ms: number | null; readonly words: string }[];
    readonly slowest: string | null;
    readonly total_ms: number | null;
  };
  readonly ffmpeg: readonly {
    readonly about: string;
    readonly said: string;
    readonly meaning: string | null;
    readonly remedy: string | null;
  }[];
}

/** A rung of the ladder file. */
export interface LadderRung {
  readonly name: string;
  readonly height: number;
  readonly video_kbps: number;
  readonly audio_kbps: number;
}

/** `GET /ladder` */
export interface Ladder {
  readonly rungs: readonly LadderRung[];
  readonly defaults: readonly string[];
}

/** What a rung is made into; null: sound alone. */
export interface PlannedQuality {
  readonly name: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly video_kbps: number | null;
  readonly audio_kbps: number;
}

/** `POST /streams?dry_run=true` */
export interface DryRun {
  readonly fits: boolean;
  /** Processor cores. */
  readonly needs: number;
  readonly free: number;
  readonly qualities: readonly PlannedQuality[];
  /** Asked for, but taller than the source. */
  readonly left_out: readonly string[];
  /** A smaller ladder that would fit. */
  readonly suggestion: readonly string[] | null;
}

export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly stream_id: string };
}

/** `POST /streams/{id}/playback-links` */
export interface PlaybackLinks {
  readonly hls_url: string | null;
  readonly dash_url: string | null;
  /** Unix seconds; null: it does not, for playback is not signed. */
  readonly expires_at: number | null;
}
