/** What a viewer asks for, and what comes of it. */

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  /** Whole header lines beside Host, each ending in CRLF. */
  readonly headers: string;
  /** Whether the body is wanted as a whole. */
  readonly collect?: boolean;
  /** Bytes of a 200's body as they come, valid during the call only. */
  onBytes?(bytes: Buffer, from: number, to: number): void;
  /** Exactly one of these is called, once. */
  answered(answer: Answer): void;
  failed(failure: Failure): void;
}

export interface Answer {
  readonly status: number;
  readonly gzip: boolean;
  /** Header lines as sent. */
  readonly headers: string;
  /** The body of a request that wanted it: valid during the call only. Empty otherwise. */
  readonly body: Buffer;
  /** Bytes of the body on the wire. */
  readonly bytes: number;
  readonly sentAtMs: number;
  readonly firstByteAtMs: number;
  readonly doneAtMs: number;
}

export type Failure =
  'connection refused' | 'connection lost' | 'timeout' | 'not HTTP' | 'no more sockets here' | 'another machine';
