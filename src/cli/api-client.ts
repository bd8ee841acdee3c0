/** Speaks to a running server: asks, and turns every refusal into words and an exit code. */
import { CommandError, EXIT, type ExitCode } from './exit-codes.js';
import { eventsIn, type ServerSentEvent } from './event-stream.js';
import type { Operation } from './operations.js';

export interface ApiRequest {
  /** For the words in braces of the operation. */
  readonly path?: Readonly<Record<string, string>>;
  /** Those that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the operation may take longer than others. */
  readonly timeoutMs?: number;
}

export interface Reply<Answer> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Answer;
}

export interface ApiClientOptions {
  readonly server: URL;
  readonly token?: string | undefined;
  readonly timeoutMs: number;
  /** Ends whatever is being asked. */
  readonly signal: AbortSignal;
}

export class ApiClient {
  constructor(private readonly options: ApiClientOptions) {}

  /** The answer's body. Rejects with a CommandError. */
  async ask<Answer>(operation: Operation, request: ApiRequest = {}): Promise<Answer> {
    return (await this.send<Answer>(operation, request)).body;
  }

  /** The whole answer. Rejects with a CommandError. */
  async send<Answer>(operation: Operation, request: ApiRequest = {}): Promise<Reply<Answer>> {
    const response = await this.fetch(operation, request);
    const body = await this.reading(response.json() as Promise<Answer>, response);
    return { status: response.status, headers: response.headers, body };
  }

  /** The answer's bytes, as they are. */
  async bytes(operation: Operation, request: ApiRequest = {}): Promise<Uint8Array> {
    const response = await this.fetch(operation, request);
    return new Uint8Array(await this.reading(response.arrayBuffer(), response));
  }

  /** All entries of a list that comes in pages (RFC 8288 `rel="next"`), at most `limit` of them. */
  async entries<Entry>(operation: Operation, request: ApiRequest, limit = Infinity): Promise<Entry[]> {
    const entries: Entry[] = [];
    let query = request.query;
    while (entries.length < limit) {
      const { body, headers } = await this.send<Entry[]>(operation, { ...request, ...(query && { query }) });
      entries.push(...body);
      const next = /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
      if (next === undefined || body.length === 0) break;
      query = Object.fromEntries(new URL(next, this.options.server).searchParams);
    }
    return entries.slice(0, limit);
  }

  /** Server-sent events until the server, or the signal, ends them. */
  async *events(operation: Operation, request: ApiRequest = {}): AsyncGenerator<ServerSentEvent> {
    const response = await this.fetch(operation, {
      ...request,
      headers: { ...request.headers, accept: 'text/event-stream' },
    });
    if (response.body === null) return;
    try {
      yield* eventsIn(response.body);
    } catch (error) {
      if (this.options.signal.aborted) return;
      throw this.unreachable(error);
    }
  }

  /** Resolves when the head of a good answer is there. */
  private async fetch(operation: Operation, request: ApiRequest): Promise<Response> {
    const { signal, token, timeoutMs } = this.options;
    const [method, template] = operation.split(' ') as [string, string];
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(new Error('no answer in time')), request.timeoutMs ?? timeoutMs);
    const response = await fetch(this.address(template, request), {
      method,
      signal: AbortSignal.any([signal, tooLate.signal]),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    })
      .catch((cause: unknown) => {
        throw this.unreachable(cause);
      })
      .finally(() => clearTimeout(timer));
    if (!response.ok) throw await refusal(response, this.options.server);
    return response;
  }

  private address(template: string, { path = {}, query = {} }: ApiRequest): URL {
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => segment(path[name]!));
    const { server } = this.options;
    // A server may live below a path of a proxy: https://example.com/lockstep/
    const address = new URL(`${server.pathname.replace(/\/$/, '')}${filled}`, server);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.append(name, `${value}`);
    }
    return address;
  }

  private async reading<Body>(body: Promise<Body>, response: Response): Promise<Body> {
    try {
      return await body;
    } catch (error) {
      if (error instanceof SyntaxError) throw notTheApi(response, this.options.server);
      throw this.unreachable(error);
    }
  }

  private unreachable(error: unknown): CommandError {
    if (this.options.signal.aborted) return new CommandError(EXIT.interrupted, 'interrupted');
    const { origin } = this.options.server;
    return new CommandError(
      EXIT.unreachable,
      `no server answers at ${origin}: ${reasonOf(error)}\nIs it running? LOCKSTEP_URL or --server says where; --timeout how long to wait.`,
    );
  }
}

/** One segment of a path: `..` would lead somewhere else, encoded or not. */
function segment(text: string): string {
  if (/^\.*$/.test(text)) throw new CommandError(EXIT.usage, `${JSON.stringify(text)} is no id`);
  return encodeURIComponent(text);
}

/** A problem document, RFC 9457, as far as it is told. */
interface ProblemDocument {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly remedy?: string;
  readonly errors?: readonly (string | { readonly field: string; readonly message: string })[];
}

async function refusal(response: Response, server: URL): Promise<CommandError> {
  const said = await response.text().catch(() => '');
  const problem = parsed(said);
  if (problem === undefined) return notTheApi(response, server);
  const { title, detail, remedy, errors = [] } = problem;
  const listed = errors.map((error) => (typeof error === 'string' ? error : `${error.field}: ${error.message}`));
  // The detail of a request with wrong fields is their list in one line.
  const sentence = listed.length > 0 ? title : (detail ?? title);
  const lines = [sentence ?? response.statusText, ...listed.map((line) => `  ${line}`), ...(remedy ? [remedy] : [])];
  return new CommandError(exitCodeOf(response.status, problem.code), lines.join('\n'), problem);
}

function parsed(text: string): ProblemDocument | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function exitCodeOf(status: number, code: string | undefined): ExitCode {
  if (status === 401 || (status === 403 && code === 'scope-missing')) return EXIT.unauthorised;
  return status >= 500 ? EXIT.serverFault : EXIT.refused;
}

function notTheApi(response: Response, server: URL): CommandError {
  const kind = response.headers.get('content-type') ?? 'nothing';
  return new CommandError(
    response.status >= 500 ? EXIT.serverFault : EXIT.refused,
    `${server.origin} answered ${response.status} with ${kind}, which is not an answer of the API. Is this its address? (The port of playback has no API.)`,
  );
}

function reasonOf(error: unknown): string {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? (error as Error).message;
}
