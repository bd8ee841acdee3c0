/** One keep-alive connection of one viewer: a request at a time, its bytes read through one buffer for all. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { nowMs } from '../clock.js';
import { MalformedResponse, ResponseParser, type ResponseHead } from './response-parser.js';
import type { Answer, Failure, HttpRequest } from './request.js';

/** Read synchronously by whoever it is filled for, so one per process is enough. */
const SHARED = Buffer.allocUnsafeSlow(256 * 1024);
/** More than any playlist or MPD that a player would take. */
const MAX_COLLECTED_BYTES = 4 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Requests wait here until all answers that are in have been read: a part wakes every viewer at once, and what one of
 * them asks next must not make the others' answers look late. Sending is the dearest part of a request.
 */
const outbox: Connection[] = [];

function flush(): void {
  const connections = outbox.splice(0);
  for (const connection of connections) connection.write();
}

export interface ConnectionListener {
  opened(): void;
  /** The request is over, and this connection free for another when `reusable`. */
  done(connection: Connection, request: HttpRequest, answer: Answer, reusable: boolean): void;
  /** The connection is gone. `request` was under way; `untouched` when not a byte of its answer had come. */
  closed(connection: Connection, request: HttpRequest | undefined, failure: Failure, untouched: boolean): void;
}

export class Connection {
  private readonly socket: Socket;
  private readonly parser: ResponseParser;
  private request: HttpRequest | undefined;
  private head: ResponseHead | undefined;
  private collected: Buffer = NOTHING;
  /** Whether `collected` lies in the buffer that the next read fills again. */
  private shared = false;
  private readonly answer = { sentAtMs: 0, firstByteAtMs: 0, bytes: 0 };
  private gone = false;
  /** Requests sent on it so far. */
  uses = 0;

  constructor(
    private readonly origin: URL,
    private readonly listener: ConnectionListener,
  ) {
    this.parser = new ResponseParser({
      head: (head) => (this.head = head),
      body: (bytes, from, to) => this.take(bytes, from, to),
      end: () => this.end(),
    });
    const options = {
      host: origin.hostname.replace(/^\[|\]$/g, ''),
      port: Number(origin.port || (origin.protocol === 'https:' ? 443 : 80)),
      noDelay: true,
      onread: { buffer: SHARED, callback: (length: number) => this.read(length) },
    };
    this.socket =
      origin.protocol === 'https:'
        ? connectTls({ ...options, servername: origin.hostname, ALPNProtocols: ['http/1.1'] })
        : connect(options);
    this.socket.once(origin.protocol === 'https:' ? 'secureConnect' : 'connect', () => listener.opened());
    this.socket.once('error', (error: NodeJS.ErrnoException) => this.lose(failureOf(error)));
    this.socket.once('close', () => this.close());
  }

  get busy(): boolean {
    return this.request !== undefined;
  }

  /** Takes a request, which leaves once the answers that are in have been read. */
  send(request: HttpRequest): void {
    this.request = request;
    this.uses += 1;
    this.head = undefined;
    this.keep(NOTHING, false);
    // Counts as sent from here on for the time limit; the real instant is noted when it leaves.
    this.answer.sentAtMs = nowMs();
    this.answer.firstByteAtMs = 0;
    this.answer.bytes = 0;
    this.parser.expect(request.method);
    if (outbox.push(this) === 1) setImmediate(flush);
  }

  /** Lets the request go. */
  write(): void {
    const { request } = this;
    if (!request || this.gone) return;
    this.answer.sentAtMs = nowMs();
    this.socket.write(
      `${request.method} ${request.path} HTTP/1.1\r\nHost: ${this.origin.host}\r\n${request.headers}\r\n`,
      'latin1',
    );
  }

  /** Gives up a request that has taken longer than `limitMs`. */
  expire(atMs: number, limitMs: number): void {
    if (this.request && atMs - this.answer.sentAtMs > limitMs) this.lose('timeout');
  }

  destroy(): void {
    this.gone = true;
    this.request = undefined;
    this.socket.destroy();
  }

  private read(length: number): boolean {
    if (this.gone) return false;
    if (this.answer.firstByteAtMs === 0) this.answer.firstByteAtMs = nowMs();
    try {
      if (!this.request) throw new MalformedResponse('an answer to no request');
      this.parser.push(SHARED, 0, length);
      if (this.shared && this.request) this.keep(Buffer.from(this.collected), false);
    } catch (error) {
      if (!(error instanceof MalformedResponse)) throw error;
      this.lose('not HTTP');
    }
    return true;
  }

  private take(bytes: Buffer, from: number, to: number): void {
    this.answer.bytes += to - from;
    const { request } = this;
    if (request?.onBytes) {
      if (this.head!.status === 200) request.onBytes(bytes, from, to);
      return;
    }
    if (!request?.collect) return;
    // A body that comes in one piece is read where it lies; others are put together.
    if (this.collected.length === 0) this.keep(bytes.subarray(from, to), true);
    else this.keep(Buffer.concat([this.collected, bytes.subarray(from, to)]), false);
    if (this.collected.length > MAX_COLLECTED_BYTES) throw new MalformedResponse('a manifest without end');
  }

  private keep(collected: Buffer, shared: boolean): void {
    this.collected = collected;
    this.shared = shared;
  }

  private end(): void {
    const request = this.request;
    if (!request) return;
    const { status, keepAlive, gzip, text } = this.head!;
    const { sentAtMs, firstByteAtMs, bytes } = this.answer;
    const answer = {
      status,
      gzip,
      headers: text,
      body: this.collected,
      bytes,
      sentAtMs,
      firstByteAtMs,
      doneAtMs: nowMs(),
    };
    this.request = undefined;
    this.listener.done(this, request, answer, keepAlive);
    if (!keepAlive) this.socket.end();
  }

  private lose(failure: Failure): void {
    if (this.gone) return;
    this.gone = true;
    const { request } = this;
    this.request = undefined;
    this.socket.destroy();
    this.listener.closed(this, request, failure, this.answer.firstByteAtMs === 0);
  }

  private close(): void {
    if (this.gone) return;
    this.parser.close();
    this.lose('connection lost');
  }
}

function failureOf({ code }: NodeJS.ErrnoException): Failure {
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'EMFILE':
    case 'EADDRNOTAVAIL':
    case 'ENOBUFS':
      return 'no more sockets here';
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'connection lost';
  }
}
