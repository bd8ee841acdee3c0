/** One HTTP exchange as it was observed: what the rules of delivery look at. */

/** A run of body bytes as they came in, before any content coding was taken off. */
export interface Burst {
  /** Milliseconds after the request was sent. */
  readonly atMs: number;
  readonly bytes: number;
}

export interface Exchange {
  readonly url: string;
  readonly method: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly status: number;
  /** Lower-case names; a header said twice is joined by ', '. */
  readonly headers: Readonly<Record<string, string>>;
  /** The content, decoded (gzip taken off). */
  readonly body: Buffer;
  /** Unix ms at which the request was sent. */
  readonly sentAtMs: number;
  /** Milliseconds from the request to the response's header. */
  readonly headerAfterMs: number;
  /** Milliseconds from the request to the end of the body. */
  readonly doneAfterMs: number;
  readonly bursts: readonly Burst[];
  /** The connection was cut before the body's end. */
  readonly truncated: boolean;
}

export interface AskOptions {
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Asks once; redirects are not followed. Rejects only when no response came at all. */
export type Ask = (url: string, options?: AskOptions) => Promise<Exchange>;
