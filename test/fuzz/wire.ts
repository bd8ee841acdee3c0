/** Requests byte for byte as they are written: a client library would refuse half of them. */
import { connect } from 'node:net';

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireAnswer {
  /** 0: held beyond our patience, or hung up on. */
  readonly status: number;
  readonly body: string;
}

/** Nothing may take longer, but for what is held on purpose. */
const PATIENCE_MS = 3_000;

export function send(port: number, { method, path, headers, body }: WireRequest): Promise<WireAnswer> {
  const fields = { host: 'localhost', connection: 'close', 'content-length': `${Buffer.byteLength(body)}`, ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    const patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(patience);
      const [head = '', ...rest] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), body: rest.join('\r\n\r\n') });
    });
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  });
}
