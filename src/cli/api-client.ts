/** Speaks to a running server. */

export interface StreamInfo {
  readonly stream_id: string;
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
  readonly rungs: readonly { readonly name: string; readonly state: string; readonly restarts: number }[];
  readonly last_problem: { readonly code: string; readonly detail: string } | null;
}

/** The answer of `GET /streams/{id}/explain`, as far as it is printed. */
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

export interface StartRequest {
  readonly stream_id: string;
  readonly source_url: string;
  readonly qualities?: readonly string[];
  readonly enable_hls: boolean;
  readonly enable_dash: boolean;
  readonly low_latency?: boolean;
  readonly stale_after?: number | null;
}

/** What the server refused, in its own words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class ApiClient {
  constructor(private readonly server: string) {}

  start = (request: StartRequest): Promise<StreamInfo> => this.ask('POST', '/streams', request);
  stop = (id: string): Promise<{ status: string }> => this.ask('DELETE', `/streams/${encodeURIComponent(id)}`);
  info = (id: string): Promise<StreamInfo> => this.ask('GET', `/streams/${encodeURIComponent(id)}`);
  explain = (id: string): Promise<Explanation> => this.ask('GET', `/streams/${encodeURIComponent(id)}/explain`);
  list = (): Promise<StreamInfo[]> => this.ask('GET', '/streams');
  heartbeat = (id: string): Promise<unknown> => this.ask('POST', `/streams/${encodeURIComponent(id)}/heartbeat`);

  private async ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(path, this.server), {
      method,
      signal: AbortSignal.timeout(15_000),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch((cause: unknown) => {
      throw new Refusal(0, `no server answers at ${this.server}: ${reasonOf(cause)}`);
    });
    const answer = (await response.json()) as Answer & ProblemDocument;
    if (response.ok) return answer;
    const fields = answer.errors?.map(({ field, message }) => `  ${field}: ${message}`) ?? [];
    throw new Refusal(response.status, [answer.detail ?? answer.title ?? response.statusText, ...fields].join('\n'));
  }
}

interface ProblemDocument {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

function reasonOf(error: unknown): string {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? (error as Error).message;
}
