/** The answers of the API, as far as they are printed. Newer servers say more: fields may be added, none is taken away. */

export interface StreamInfo {
  readonly stream_id: string;
  readonly title?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly status: string;
  readonly hls_url: string | null;
  readonly dash_url: string | null;
  readonly qualities: readonly string[];
  readonly left_out: readonly string[];
  readonly created_at: number;
  readonly last_update: number;
  readonly reason: string | null;
  readonly source: string | null;
  readonly source_connected: boolean;
  readonly programme: { readonly step: string; readonly source_index: number; readonly pinned: boolean };
  readonly rungs: readonly { readonly name: string; readonly state: string; readonly restarts: number }[];
  readonly last_problem: { readonly code: string; readonly detail: string } | null;
}

/** Of `GET /streams/{id}/explain`. */
export interface Explanation {
  readonly stream_id: string;
  readonly status: string;
  readonly summary: readonly string[];
  readonly advice: readonly string[];
  readonly sources: readonly {
    readonly index: number;
    readonly url: string;
    readonly on_air: boolean;
    readonly description: string | null;
    readonly verdict: string;
  }[];
  readonly programme: { readonly step: string; readonly why: string };
  readonly rungs: readonly { readonly name: string; readonly verdict: string }[];
  readonly latency: {
    readonly legs: readonly { readonly name: string; readonly ms: number | null }[];
    readonly slowest: string | null;
    readonly total_ms: number | null;
  };
  readonly ffmpeg: readonly { readonly about: string; readonly said: string; readonly meaning: string | null }[];
}

export interface Rung {
  readonly name: string;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly video_kbps?: number | null;
  readonly audio_kbps?: number | null;
}

/** Of `POST /streams?dry_run=true`. Needs and room are processor cores. */
export interface DryRun {
  readonly fits: boolean;
  readonly needs: number;
  readonly free: number;
  readonly qualities: readonly Rung[];
  /** Taller than the source is expected to be. */
  readonly left_out: readonly string[];
  /** A stream of this id is running. */
  readonly running: boolean;
  readonly suggestion: readonly string[] | null;
}

export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: { readonly stream_id: string; readonly [fact: string]: unknown };
}

export interface Capacity {
  readonly admission: string;
  readonly cores: number;
  readonly total: number;
  readonly committed: number;
  readonly free: number;
  readonly calibration: { readonly origin: string; readonly measuring: boolean; readonly last_problem: string | null };
  readonly streams: readonly {
    readonly stream_id: string;
    readonly cores: number;
    readonly intake: number;
    readonly encoders: number;
    readonly packaging: number;
  }[];
}
