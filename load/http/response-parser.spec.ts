import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerIn, MalformedResponse, ResponseParser, type ResponseHead } from './response-parser.js';

function aReader() {
  const read: { head: ResponseHead; body: string; complete: boolean }[] = [];
  const parser = new ResponseParser({
    head: (head) => read.push({ head, body: '', complete: false }),
    body: (bytes, from, to) => (read.at(-1)!.body += bytes.toString('latin1', from, to)),
    end: () => (read.at(-1)!.complete = true),
  });
  const push = (text: string) => parser.push(Buffer.from(text, 'latin1'), 0, text.length);
  const told = () => read.map(({ head, body, complete }) => [head.status, body, complete]);
  return { read, parser, push, told };
}

const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n3;note=1\r\nefg\r\n0\r\nSeen: yes\r\n\r\n';
const SIZED = 'HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!';
const UNCHANGED = 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 900\r\n\r\n';

describe('reading HTTP/1.1 responses', () => {
  it('reads the same responses however the network cuts them', () => {
    const whole = CHUNKED + UNCHANGED + SIZED;
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
        const reader = aReader();
        const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
        for (let i = 1; i < edges.length; i += 1) reader.push(whole.slice(edges[i - 1], edges[i]));
        expect(reader.told()).toEqual([
          [200, 'abcdefg', true],
          [304, '', true],
          [404, 'no!', true],
        ]);
        expect(reader.read.map(({ head }) => head.keepAlive)).toEqual([true, true, false]);
      }),
    );
  });

  it('reads only its own stretch of a buffer that others use too', () => {
    const reader = aReader();
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const shared = Buffer.from(`xxx${text}HTTP/1.1 500 left over\r\n\r\n`, 'latin1');
    reader.parser.push(shared, 3, 3 + text.length);
    expect(reader.told()).toEqual([[200, 'ok', true]]);
  });

  it('waits for no body after HEAD, whatever length is named', () => {
    const reader = aReader();
    reader.parser.expect('HEAD');
    reader.push('HTTP/1.1 200 OK\r\nContent-Length: 55579\r\n\r\n');
    expect(reader.told()).toEqual([[200, '', true]]);
  });

  it('skips the answer before the answer', () => {
    const reader = aReader();
    reader.push('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    expect(reader.told()).toEqual([[200, '', true]]);
  });

  it('takes the end of the connection for the end of a body without a length, and uses that connection no more', () => {
    const reader = aReader();
    reader.push('HTTP/1.1 200 OK\r\n\r\nabc');
    expect(reader.told()).toEqual([[200, 'abc', false]]);
    expect(reader.parser.close()).toBe(false);
    expect(reader.told()).toEqual([[200, 'abc', true]]);
    expect(reader.read[0]!.head.keepAlive).toBe(false);
  });

  it('notices when a connection ends inside a response', () => {
    const reader = aReader();
    reader.push(CHUNKED.slice(0, -20));
    expect(reader.parser.close()).toBe(true);
  });

  it.each([
    'SSH-2.0-server\r\n\r\n',
    'HTTP/1.1 abc\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfour\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`,
  ])('refuses what is not HTTP: %.40j', (text) => {
    expect(() => aReader().push(text)).toThrow(MalformedResponse);
  });

  it('finds a header whatever its case, and not inside another', () => {
    const lines = 'HTTP/1.1 200 OK\r\nX-Content-Length: 1\r\ncontent-LENGTH:  27 \r\n';
    expect(headerIn(lines, 'content-length')).toBe('27');
    expect(headerIn(lines, 'etag')).toBeUndefined();
  });
});
