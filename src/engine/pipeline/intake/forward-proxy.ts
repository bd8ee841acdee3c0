/**
 * A forward proxy on the loopback, for one connection attempt of ffmpeg: it looks a host up, asks the policy, and
 * connects to the very addresses it asked about. Playlists, redirects and changing DNS answers lead through it, so none
 * of them leads where the policy does not.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { AddressPolicy, Lookup } from '../../net/index.js';
import { Problem } from '../../problem.js';
import { connectChecked, troubleWith } from './connect-checked.js';
import {
  fieldOf,
  headOfText,
  isWhole,
  namesAddresses,
  redirectAsPlain,
  SecureHosts,
  targetOf,
  wholeBody,
  type Target,
} from './http-heads.js';
import { LoopbackServer } from './loopback-server.js';

export interface ForwardProxyOptions {
  readonly policy: AddressPolicy;
  readonly lookup: Lookup;
}

const MAX_HEAD_BYTES = 32 * 1024;
/** A longer playlist is cut off, and with it the attempt. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
const TROUBLES_KEPT = 4;

export class ForwardProxy {
  /** The first refusal of an address; undefined so far. */
  refusal: Problem | undefined;
  private readonly secure = new SecureHosts();
  private readonly said: string[] = [];
  private readonly door = new LoopbackServer((client) => void this.serve(client));
  private readonly credentials = `lockstep:${randomBytes(24).toString('hex')}`;

  private constructor(private readonly options: ForwardProxyOptions) {}

  /** Listens on a free port of the loopback. Rejects where there is none. */
  static async start(options: ForwardProxyOptions): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(options);
    await proxy.door.open();
    return proxy;
  }

  /** For ffmpeg's environment, not its arguments: those can be read by every user of the machine. */
  get environment(): Readonly<Record<string, string>> {
    return { http_proxy: `http://${this.credentials}@127.0.0.1:${this.door.port}` };
  }

  /** What went wrong on the way, in the words ffmpeg would have used. */
  get troubles(): readonly string[] {
    return this.said;
  }

  /** An http or https address as ffmpeg is to open it. */
  asPlain(url: string): string {
    return this.secure.asPlain(url);
  }

  /** Settles when every connection through it is cut. */
  close(): Promise<void> {
    return this.door.close();
  }

  private async serve(client: Socket): Promise<void> {
    const asked = await readHead(client);
    if (!asked) return void client.destroy();
    if (!this.isOurs(asked.head)) return refuse(client, '407 Proxy Authentication Required', CHALLENGE);
    const target = targetOf(asked.head, this.secure);
    if (!target) return refuse(client, '400 Bad Request');
    try {
      const upstream = await this.reach(target, client);
      if (target.head === undefined) {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(asked.rest);
        join(client, upstream);
      } else {
        upstream.write(target.head);
        await this.answer(client, upstream);
      }
    } catch (error) {
      this.note(target, error);
      refuse(client, error instanceof Problem ? '403 Forbidden' : '502 Bad Gateway');
    }
  }

  private async reach({ host, port, head }: Target, client: Socket): Promise<Socket> {
    const tls = head !== undefined && this.secure.includes(host, port);
    const upstream = await connectChecked({ ...this.options, host, port, tls }, client);
    return this.door.keep(upstream);
  }

  /** Media is passed as it comes; a text that names addresses is read first, so that ffmpeg may open them. */
  private async answer(client: Socket, upstream: Socket): Promise<void> {
    const answer = await readHead(upstream);
    if (!answer) throw new Error('the server hung up without an answer');
    const head = redirectAsPlain(answer.head, this.secure);
    const first = answer.rest.length > 0 ? answer.rest : await nextBytes(upstream);
    if (!namesAddresses(head, first) || fieldOf(head, 'content-encoding') !== undefined) {
      client.write(`${head}\r\n\r\n`, 'latin1');
      client.write(first);
      return join(client, upstream);
    }
    const sent = await bodyOf(upstream, head, first);
    const text = Buffer.from(this.secure.asPlain(wholeBody(head, sent).toString('latin1')), 'latin1');
    client.write(`${headOfText(head, text.length)}\r\n\r\n`, 'latin1');
    client.end(text);
  }

  private isOurs(head: string): boolean {
    const given = /^basic\s+(\S+)$/i.exec(fieldOf(head, 'proxy-authorization') ?? '')?.[1] ?? '';
    const [bytes, expected] = [Buffer.from(given, 'base64'), Buffer.from(this.credentials)];
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  }

  private note({ host, port }: Target, error: unknown): void {
    if (error instanceof Problem) this.refusal ??= error;
    this.said.push(troubleWith(host, port, error));
    this.said.splice(0, this.said.length - TROUBLES_KEPT);
  }
}

const CHALLENGE = 'Proxy-Authenticate: Basic realm="source"\r\n';

function refuse(client: Socket, status: string, field = ''): void {
  client.end(`HTTP/1.1 ${status}\r\n${field}Content-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Each end of the two goes with the other. */
function join(client: Socket, upstream: Socket): void {
  client.pipe(upstream).pipe(client);
  upstream.once('close', () => client.end());
}

/** The head without its empty line, and what came behind it; undefined where it breaks off or does not end. */
function readHead(socket: Socket): Promise<{ head: string; rest: Buffer } | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const settle = (read?: { head: string; rest: Buffer }): void => {
      socket.off('data', take).pause();
      resolve(read);
    };
    const take = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end >= 0) settle({ head: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + 4) });
      else if (bytes.length > MAX_HEAD_BYTES) settle();
    };
    socket.on('data', take).once('close', () => settle());
    socket.resume();
  });
}

/** Empty where nothing follows. */
function nextBytes(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    const settle = (bytes: Buffer): void => {
      socket.off('data', settle).pause();
      resolve(bytes);
    };
    socket.once('data', settle).once('end', () => settle(Buffer.alloc(0)));
    socket.once('close', () => settle(Buffer.alloc(0))).resume();
  });
}

/** All of a body that begins with `first`. Rejects beyond the length of any playlist. */
async function bodyOf(socket: Socket, head: string, first: Buffer): Promise<Buffer> {
  let sent = first;
  if (isWhole(head, sent)) return sent;
  for await (const piece of socket as AsyncIterable<Buffer>) {
    sent = Buffer.concat([sent, piece]);
    if (isWhole(head, sent)) break;
    if (sent.length > MAX_TEXT_BYTES) throw new Error('a playlist of more than 8 MB');
  }
  return sent;
}
