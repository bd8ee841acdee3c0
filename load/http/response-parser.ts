/**
 * Reads HTTP/1.1 responses from a connection's bytes (RFC 9112), however they are cut. Bodies are handed on as views of
 * the bytes that came in, never copied.
 */

export interface ResponseHead {
  readonly status: number;
  /** Whether the connection can carry another request afterwards. */
  readonly keepAlive: boolean;
  readonly gzip: boolean;
  /** The header lines as sent; `headerIn` finds one. */
  readonly text: string;
}

export interface ResponseListener {
  head(head: ResponseHead): void;
  /** A run of body bytes, valid during the call only. */
  body(bytes: Buffer, from: number, to: number): void;
  end(): void;
}

/** What came is no HTTP/1.1 response. */
export class MalformedResponse extends Error {}

const MAX_HEAD_BYTES = 32 * 1024;
const MAX_CHUNK_LINE_BYTES = 1024;
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LINE_FEED = 10;

type State = 'head' | 'sized' | 'until-close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer';

export class ResponseParser {
  private state: State = 'head';
  private left = 0;
  private saved: Buffer | undefined;
  private line = '';
  private bodiless = false;

  constructor(private readonly listener: ResponseListener) {}

  /** To be called before each response: an answer to HEAD has lengths but no body. */
  expect(method: 'GET' | 'HEAD'): void {
    this.bodiless = method === 'HEAD';
  }

  /** Throws MalformedResponse when this is not HTTP. */
  push(bytes: Buffer, from: number, to: number): void {
    let at = from;
    while (at < to) at = this.step(bytes, at, to);
  }

  /** The connection was closed: the end of a body that nothing else delimits. Gives whether a response is cut short. */
  close(): boolean {
    if (this.state === 'until-close') {
      this.finish();
      return false;
    }
    return this.state !== 'head' || this.saved !== undefined;
  }

  private step(bytes: Buffer, at: number, to: number): number {
    switch (this.state) {
      case 'head':
        return this.readHead(bytes, at, to);
      case 'sized':
      case 'until-close':
      case 'chunk-data':
        return this.readBody(bytes, at, to);
      case 'chunk-size':
      case 'chunk-end':
      case 'trailer':
        return this.readLine(bytes, at, to);
    }
  }

  private readHead(bytes: Buffer, at: number, to: number): number {
    if (this.saved) {
      const joined = Buffer.concat([this.saved, bytes.subarray(at, to)]);
      const before = this.saved.length;
      const end = joined.indexOf(END_OF_HEAD);
      this.saved = end < 0 ? this.saveHead(joined) : undefined;
      if (end < 0) return to;
      this.begin(joined.toString('latin1', 0, end + 2));
      return at + end + END_OF_HEAD.length - before;
    }
    const end = bytes.indexOf(END_OF_HEAD, at);
    if (end < 0 || end + END_OF_HEAD.length > to) {
      this.saved = this.saveHead(Buffer.from(bytes.subarray(at, to)));
      return to;
    }
    this.begin(bytes.toString('latin1', at, end + 2));
    return end + END_OF_HEAD.length;
  }

  private saveHead(head: Buffer): Buffer {
    if (head.length > MAX_HEAD_BYTES) throw new MalformedResponse('the response head has no end');
    return head;
  }

  private begin(text: string): void {
    if (!text.startsWith('HTTP/1.')) throw new MalformedResponse(`not HTTP/1.1: ${text.slice(0, 40)}`);
    const status = Number(text.slice(9, 12));
    if (!(status >= 100 && status < 600)) throw new MalformedResponse(`no status: ${text.slice(0, 40)}`);
    // 100 Continue and 103 Early Hints come before the answer.
    if (status < 200) return;
    const chunked = /^chunked$/i.test(headerIn(text, 'transfer-encoding') ?? '');
    const length = chunked ? undefined : headerIn(text, 'content-length');
    const empty = this.bodiless || status === 204 || status === 304;
    const delimited = empty || chunked || length !== undefined;
    const keepAlive = delimited && !/close/i.test(headerIn(text, 'connection') ?? '') && !text.startsWith('HTTP/1.0');
    const gzip = (headerIn(text, 'content-encoding') ?? '') === 'gzip';
    if (length !== undefined && !/^\d+$/.test(length)) throw new MalformedResponse(`Content-Length: ${length}`);
    this.listener.head({ status, keepAlive, gzip, text });
    if (empty) return this.finish();
    this.left = Number(length ?? 0);
    this.state = chunked ? 'chunk-size' : delimited ? 'sized' : 'until-close';
    if (this.state === 'sized' && this.left === 0) this.finish();
  }

  private readBody(bytes: Buffer, at: number, to: number): number {
    const end = this.state === 'until-close' ? to : Math.min(to, at + this.left);
    this.left -= end - at;
    this.listener.body(bytes, at, end);
    if (this.left > 0 || this.state === 'until-close') return end;
    if (this.state === 'chunk-data') this.state = 'chunk-end';
    else this.finish();
    return end;
  }

  private readLine(bytes: Buffer, at: number, to: number): number {
    const feed = bytes.indexOf(LINE_FEED, at);
    const end = feed < 0 || feed >= to ? to : feed + 1;
    this.line += bytes.toString('latin1', at, end);
    if (this.line.length > MAX_CHUNK_LINE_BYTES) throw new MalformedResponse('a chunk line has no end');
    if (!this.line.endsWith('\n')) return end;
    const line = this.line.trimEnd();
    this.line = '';
    if (this.state === 'chunk-end') this.state = 'chunk-size';
    else if (this.state === 'trailer') {
      if (line === '') this.finish();
    } else this.beginChunk(line);
    return end;
  }

  private beginChunk(line: string): void {
    const size = /^([0-9a-f]{1,12})\s*(;|$)/i.exec(line)?.[1];
    if (size === undefined) throw new MalformedResponse(`chunk size: ${line.slice(0, 40)}`);
    this.left = Number.parseInt(size, 16);
    this.state = this.left === 0 ? 'trailer' : 'chunk-data';
  }

  private finish(): void {
    this.state = 'head';
    this.listener.end();
  }
}

/** The value of a header among header lines that each end in CRLF; `name` in lower case. */
export function headerIn(lines: string, name: string): string | undefined {
  for (let at = lines.indexOf('\n') + 1; at > 0 && at < lines.length; at = lines.indexOf('\n', at) + 1) {
    if (lines.charCodeAt(at + name.length) !== 58 /* : */ || !startsWithName(lines, at, name)) continue;
    const end = lines.indexOf('\n', at);
    return lines.slice(at + name.length + 1, end < 0 ? undefined : end).trim();
  }
  return undefined;
}

/** Header names differ in nothing but case, and are letters and hyphens. */
function startsWithName(lines: string, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i += 1) {
    const code = lines.charCodeAt(at + i);
    if ((code >= 65 && code <= 90 ? code + 32 : code) !== name.charCodeAt(i)) return false;
  }
  return true;
}
