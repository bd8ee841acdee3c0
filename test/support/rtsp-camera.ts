/** An RTSP server with one camera: a transport stream over RTP, in the connection itself, again and again. */
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

export interface RtspCamera {
  readonly port: number;
  /** First lines of what it was asked. */
  readonly asked: readonly string[];
  close(): void;
}

export interface RtspCameraOptions {
  /** A transport stream, and how long it plays. */
  readonly file?: string;
  readonly seconds?: number;
  readonly host?: string;
  /** Where it sends whoever wants to know what it has. */
  readonly redirectTo?: string;
}

/** RFC 3551 6, MP2T. */
const PAYLOAD_TYPE = 33;
const PACKETS_AT_ONCE = 7;
const SDP = `v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP ${PAYLOAD_TYPE}\r\na=control:track1\r\n`;

export async function rtspCamera(options: RtspCameraOptions): Promise<RtspCamera> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      // What comes between is RTCP.
      if (!/^[A-Z]+ rtsp:/.test(text)) return;
      asked.push(text.split('\r\n')[0]!);
      socket.write(answerTo(text, options));
      if (text.startsWith('PLAY')) play(socket, options);
    });
  }).listen(0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, asked, close };
}

function answerTo(request: string, { redirectTo }: RtspCameraOptions): string {
  const number = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0';
  const answer = (status: string, fields: string, body = ''): string =>
    `RTSP/1.0 ${status}\r\nCSeq: ${number}\r\n${fields}\r\n${body}`;
  const method = /^[A-Z]+/.exec(request)![0];
  if (method === 'OPTIONS') return answer('200 OK', 'Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n');
  if (method === 'DESCRIBE' && redirectTo !== undefined) return answer('302 Found', `Location: ${redirectTo}\r\n`);
  if (method === 'DESCRIBE')
    return answer('200 OK', `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n`, SDP);
  return answer('200 OK', 'Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n');
}

/** At the pace it was recorded. */
function play(socket: Socket, { file, seconds = 1 }: RtspCameraOptions): void {
  const media = readFileSync(file!);
  const size = 188 * PACKETS_AT_ONCE;
  const intervalMs = (seconds * 1000 * size) / media.length;
  const startedAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (; sent * intervalMs < performance.now() - startedAt; sent += 1) {
      const at = (sent * size) % (media.length - (media.length % size));
      socket.write(interleaved(media.subarray(at, at + size), sent, Math.round(sent * intervalMs * 90)));
    }
  }, 10);
  socket.once('close', () => clearInterval(timer));
}

/** RFC 2326 10.12 around RFC 3550 5.1. */
function interleaved(payload: Buffer, number: number, ticks: number): Buffer {
  const header = Buffer.alloc(16);
  header.write('$', 0);
  header.writeUInt16BE(12 + payload.length, 2);
  header.writeUInt8(0x80, 4);
  header.writeUInt8(PAYLOAD_TYPE, 5);
  header.writeUInt16BE(number & 0xffff, 6);
  header.writeUInt32BE(ticks >>> 0, 8);
  header.writeUInt32BE(0x10c5, 12);
  return Buffer.concat([header, payload]);
}
