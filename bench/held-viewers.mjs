/**
 * N viewers that all wait for the same part of one playlist, in a process of their own so that the server is not
 * measured with its audience on its back. Started by scenario/wake.ts: one JSON message in, one out.
 */
import { connect } from 'node:net';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Parts ahead: long enough for everybody to be waiting, below the Advance Part Limit. */
const AHEAD = 6;

process.once('message', async ({ host, port, path, folder, viewers, rounds }) => {
  const sockets = await Promise.all(Array.from({ length: viewers }, () => open(host, port)));
  const delays = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const [first] = sockets;
    const { text } = await first.get(path, host, 'identity');
    const parts = [...text.matchAll(/URI="(\d+)\.(\d+)\.m4s"/g)].map(([, segment, part]) => [+segment, +part]);
    const perSegment = Math.max(...parts.map(([, part]) => part)) + 1;
    // The last URI is the hint: the part after the last one listed.
    const [segment, part] = parts.at(-1);
    const index = segment * perSegment + part + AHEAD;
    const position = { segment: Math.floor(index / perSegment), part: index % perSegment };
    const query = `?_HLS_msn=${position.segment}&_HLS_part=${position.part}`;
    const answers = await Promise.all(sockets.map((socket) => socket.get(path + query, host)));
    // The rename onto disk is the instant of publication; ctime is when it happened.
    const { ctimeMs } = await stat(join(folder, `${position.segment}.${position.part}.m4s`));
    for (const { status, doneAtMs, text } of answers) {
      if (status !== 200) throw new Error(`a held request was answered ${status}: ${text}`);
      delays.push(doneAtMs - ctimeMs);
      bytes += text.length;
    }
  }
  sockets.forEach((socket) => socket.end());
  process.send({ delays, bytes }, () => process.exit(0));
});

async function open(host, port) {
  const socket = connect({ host, port, noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let [taken, failed] = [() => {}, () => {}];
  socket.on('close', () => failed(new Error('the connection was closed')));
  let received = '';
  socket.on('data', (data) => {
    received += data.toString('latin1');
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(received.slice(0, end))?.[1] ?? 0);
    if (received.length < end + 4 + length) return;
    const answer = {
      status: Number(received.slice(9, 12)),
      doneAtMs: performance.timeOrigin + performance.now(),
      text: received.slice(end + 4),
    };
    received = '';
    taken(answer);
  });
  return {
    get: (path, name, coding = 'gzip') =>
      new Promise((resolve, reject) => {
        [taken, failed] = [resolve, reject];
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${name}\r\nAccept-Encoding: ${coding}\r\n\r\n`);
      }),
    end: () => socket.destroy(),
  };
}
