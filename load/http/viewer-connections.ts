/** The connections of one viewer: a few to each server, kept alive and used again, as a browser does with HTTP/1.1. */
import type { Measures } from '../measure/measures.js';
import { isLoopback } from '../options.js';
import { Connection, type ConnectionListener } from './connection.js';
import type { Answer, Failure, HttpRequest } from './request.js';

/** What browsers open to one server at most. */
const MAX_PER_ORIGIN = 6;
/** A request that has no whole answer by then has failed: hls.js waits as long. */
const REQUEST_LIMIT_MS = 20_000;

interface Origin {
  readonly url: URL;
  readonly connections: Connection[];
  readonly waiting: HttpRequest[];
}

export class ViewerConnections implements ConnectionListener {
  private readonly origins = new Map<string, Origin>();
  private closedForGood = false;

  constructor(
    private readonly measures: Measures,
    private readonly allowRemote: boolean,
  ) {}

  request(request: HttpRequest): void {
    if (this.closedForGood) return;
    const origin = this.originOf(request.origin);
    if (!this.allowRemote && !isLoopback(origin.url.hostname)) {
      queueMicrotask(() => request.failed('another machine'));
      return;
    }
    const idle = origin.connections.findLast((connection) => !connection.busy);
    if (idle) idle.send(request);
    else if (origin.connections.length < MAX_PER_ORIGIN) this.open(origin).send(request);
    else origin.waiting.push(request);
  }

  /** To be called now and then: gives up what takes too long. */
  expire(atMs: number): void {
    for (const { connections } of this.origins.values())
      for (const connection of [...connections]) connection.expire(atMs, REQUEST_LIMIT_MS);
  }

  get openCount(): number {
    let count = 0;
    for (const { connections } of this.origins.values()) count += connections.length;
    return count;
  }

  /** Closes everything; no request is answered any more. */
  close(): void {
    this.closedForGood = true;
    for (const { connections } of this.origins.values()) for (const connection of connections) connection.destroy();
    this.origins.clear();
  }

  opened(): void {
    this.measures.count('connections', 1);
  }

  done(connection: Connection, request: HttpRequest, answer: Answer, reusable: boolean): void {
    this.measures.answered(answer);
    if (!reusable) this.forget(request.origin, connection);
    request.answered(answer);
    this.sendWaiting(request.origin);
  }

  closed(connection: Connection, request: HttpRequest | undefined, failure: Failure, untouched: boolean): void {
    for (const { url, connections } of this.origins.values())
      if (connections.includes(connection)) this.forget(url.origin, connection);
    if (!request || this.closedForGood) return;
    // The server closed an idle connection just as it was used again: no fault of anybody, every browser asks anew.
    if (untouched && connection.uses > 1 && failure === 'connection lost') this.request(request);
    else request.failed(failure);
    this.sendWaiting(request.origin);
  }

  private sendWaiting(name: string): void {
    const origin = this.origins.get(name);
    if (!origin || origin.waiting.length === 0) return;
    if (origin.connections.length < MAX_PER_ORIGIN || origin.connections.some(({ busy }) => !busy))
      this.request(origin.waiting.shift()!);
  }

  private originOf(name: string): Origin {
    const known = this.origins.get(name);
    if (known) return known;
    const origin = { url: new URL(name), connections: [], waiting: [] };
    this.origins.set(name, origin);
    return origin;
  }

  private open({ url, connections }: Origin): Connection {
    const connection = new Connection(url, this);
    connections.push(connection);
    return connection;
  }

  private forget(name: string, connection: Connection): void {
    const connections = this.origins.get(name)?.connections ?? [];
    const at = connections.indexOf(connection);
    if (at >= 0) connections.splice(at, 1);
  }
}
