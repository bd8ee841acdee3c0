/**
 * What any Node server could do at best: holds requests and answers them all, one ready-made body each, when the part they
 * wait for is renamed onto disk. The measure for how fast ours wakes its viewers. One JSON message in, its port out.
 */
import { createServer } from 'node:http';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const PARTS_OF_A_SEGMENT = 6;
const PART_MS = 333;

process.once('message', async ({ folder, bodyBytes }) => {
  let index = 1_000 * PARTS_OF_A_SEGMENT;
  const position = (at) => `${Math.floor(at / PARTS_OF_A_SEGMENT)}.${at % PARTS_OF_A_SEGMENT}.m4s`;
  const listed = () =>
    Array.from({ length: PARTS_OF_A_SEGMENT + 1 }, (_, at) => `URI="${position(index - PARTS_OF_A_SEGMENT + at)}"`);
  const body = gzipSync(Buffer.from(Array.from({ length: bodyBytes }, () => Math.random() * 256)), { level: 0 });
  const headers = { 'content-type': 'application/vnd.apple.mpegurl', 'content-encoding': 'gzip' };
  const waiting = new Map();

  const server = createServer((request, response) => {
    const query = new URL(request.url, 'http://bare').searchParams;
    if (!query.has('_HLS_msn')) return response.end(listed().join('\n'));
    const wanted = Number(query.get('_HLS_msn')) * PARTS_OF_A_SEGMENT + Number(query.get('_HLS_part'));
    waiting.set(wanted, [...(waiting.get(wanted) ?? []), response]);
  });
  setInterval(async () => {
    const file = join(folder, position(index));
    await writeFile(`${file}.begun`, body);
    await rename(`${file}.begun`, file);
    const responses = waiting.get(index) ?? [];
    waiting.delete(index);
    index += 1;
    for (const response of responses) response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
  }, PART_MS);
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.once('disconnect', () => process.exit(0));
