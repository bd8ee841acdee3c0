/** The API of the server that this page came from. */
import { ApiProblem } from './api-problem';

export interface ApiAccess {
  /** Sent as bearer with every request; undefined where none is needed. */
  readonly token: () => string | undefined;
  /** The server wants a (another) token. */
  readonly refused: () => void;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** How many there are in all; undefined where the server does not tell. */
  readonly total: number | undefined;
  /** Path of the next page. */
  readonly next: string | undefined;
}

export class Api {
  constructor(private readonly access: ApiAccess) {}

  /** Rejects with an ApiProblem; with an AbortError when `signal` aborts. */
  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await (await this.ask('GET', path, { signal })).json()) as T;
  }

  /** Undefined where the server has no such thing (404): a route of a later version, or something not there yet. */
  async find<T>(path: string, signal?: AbortSignal): Promise<T | undefined> {
    try {
      return await this.get<T>(path, signal);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) return undefined;
      throw error;
    }
  }

  /** A page of a list, with what its headers tell of the rest. */
  async list<T>(path: string, signal?: AbortSignal): Promise<Listed<T>> {
    const response = await this.ask('GET', path, { signal });
    const total = response.headers.get('x-total-count');
    const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
    return {
      items: (await response.json()) as T[],
      total: total === null ? undefined : Number(total),
      // Wherever the server believes to be reached: its own address, and no other, is asked.
      next: next === undefined ? undefined : pathOf(next),
    };
  }

  async send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    return (await (await this.ask(method, path, { body, signal })).json()) as T;
  }

  /** The answer itself. Rejects with an ApiProblem unless its status is 2xx. */
  async ask(
    method: string,
    path: string,
    request: { body?: unknown; signal?: AbortSignal; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Response> {
    const { body, signal, headers } = request;
    const token = this.access.token();
    const response = await fetch(path, {
      method,
      headers: {
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      throw error instanceof DOMException && error.name === 'AbortError' ? error : ApiProblem.unreachable();
    });
    if (response.ok) return response;
    if (response.status === 401) this.access.refused();
    throw await ApiProblem.of(response);
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

export const streamPath = (id: string, rest = ''): string => `/streams/${encodeURIComponent(id)}${rest}`;
