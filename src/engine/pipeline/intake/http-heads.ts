/**
 * Heads and texts of HTTP as the forward proxy needs them. ffmpeg is given every address as `http:`, so that plain HTTP
 * to the proxy is all it has to be allowed; which of them the proxy speaks TLS to is kept in `SecureHosts`. PURE.
 */

/** Where a request goes. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** What the other side is told first; undefined for a tunnel (CONNECT). */
  readonly head?: string;
}

const HTTPS_PORT = 443;
/** Absolute-form (RFC 9112 3.2.2): user, host, port, the rest. */
const ABSOLUTE = /^http:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d{1,5}))?([/?#].*)?$/i;
const AUTHORITY = /^(\[[^\]]*\]|[^:/?#@]*):(\d{1,5})$/;
/** About the connection to the proxy, or said anew. */
const HOP_BY_HOP = /^(proxy-[a-z-]+|connection|keep-alive|host):/i;
/** Up to the first character that ends an authority, in a playlist or an MPD. */
const HTTPS_ADDRESS = /https:\/\/((?:[^\s/?#"'<>@]*@)?)(\[[^\]\s]*\]|[^\s:/?#"'<>]+)(?::(\d{1,5}))?/gi;

/** Which hosts are spoken to with TLS: those at port 443, and those an https address has named. */
export class SecureHosts {
  private readonly named = new Set<string>();

  includes(host: string, port: number): boolean {
    return port === HTTPS_PORT || this.named.has(`${host.toLowerCase()}:${port}`);
  }

  /** The same text with every https address as ffmpeg may open it. */
  asPlain(text: string): string {
    return text.replace(HTTPS_ADDRESS, (_, user: string, host: string, port = `${HTTPS_PORT}`) => {
      this.named.add(`${host.toLowerCase()}:${port}`);
      return `http://${user}${host}:${port}`;
    });
  }
}

/** Undefined for a request that no demuxer makes. */
export function targetOf(head: string, secure: SecureHosts): Target | undefined {
  const [requestLine = '', ...fields] = head.split('\r\n');
  const [, method, uri = ''] = /^(GET|HEAD|CONNECT) (\S+) HTTP\/1\.[01]$/.exec(requestLine) ?? [];
  if (method === undefined) return undefined;
  const [, host, portText = '80', path = '/'] = (method === 'CONNECT' ? AUTHORITY : ABSOLUTE).exec(uri) ?? [];
  const port = Number(portText);
  if (!host || port < 1 || port > 65_535) return undefined;
  if (method === 'CONNECT') return { host, port };
  const usual = secure.includes(host, port) ? HTTPS_PORT : 80;
  const lines = [
    `${method} ${path.startsWith('/') ? path : `/${path}`} HTTP/1.1`,
    `Host: ${host}${port === usual ? '' : `:${port}`}`,
    ...fields.filter((field) => !HOP_BY_HOP.test(field)),
    'Connection: close',
  ];
  return { host, port, head: `${lines.join('\r\n')}\r\n\r\n` };
}

/** The value of a field of a head; undefined where it is not there. */
export function fieldOf(head: string, name: string): string | undefined {
  const lead = `${name.toLowerCase()}:`;
  const line = head.split('\r\n').find((candidate) => candidate.toLowerCase().startsWith(lead));
  return line?.slice(lead.length).trim();
}

/** The head with its `Location` as ffmpeg may follow it. */
export function redirectAsPlain(head: string, secure: SecureHosts): string {
  return head.replace(/^location:.*$/im, (line) => secure.asPlain(line));
}

/** Whether an answer is a text that names other addresses, by its type or by how it begins. */
export function namesAddresses(head: string, firstBytes: Buffer): boolean {
  const type = fieldOf(head, 'content-type') ?? '';
  const begin = firstBytes.toString('latin1', 0, 64);
  return /mpegurl|dash\+xml/i.test(type) || /#EXTM3U|<\?xml|<MPD/i.test(begin);
}

/** The head of a whole text of `length` bytes in place of what was sent, a range from 0 included. */
export function headOfText(head: string, length: number): string {
  const [status = '', ...fields] = head.split('\r\n');
  const kept = fields.filter(
    (field) => !/^(transfer-encoding|content-length|content-range|accept-ranges):/i.test(field),
  );
  return [status.replace(/ 206 .*/, ' 200 OK'), ...kept, `Content-Length: ${length}`].join('\r\n');
}

/** Whether this is all of a body, whatever the connection does next. */
export function isWhole(head: string, sent: Buffer): boolean {
  if (isChunked(head)) return sent.toString('latin1', Math.max(0, sent.length - 7)).endsWith('\r\n0\r\n\r\n');
  return sent.length >= Number(fieldOf(head, 'content-length') ?? Infinity);
}

/** A body as it was meant, whether it was sent in chunks (RFC 9112 7.1) or not. */
export function wholeBody(head: string, sent: Buffer): Buffer {
  if (!isChunked(head)) return sent;
  const chunks: Buffer[] = [];
  for (let at = 0; at < sent.length;) {
    const lineEnd = sent.indexOf('\r\n', at);
    const size = lineEnd < 0 ? 0 : parseInt(sent.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) break;
    chunks.push(sent.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}

const isChunked = (head: string): boolean => /chunked/i.test(fieldOf(head, 'transfer-encoding') ?? '');
