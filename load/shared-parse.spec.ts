import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { Answer } from './http/request.js';
import { SharedParse } from './shared-parse.js';

const URL_HERE = new URL('http://127.0.0.1/a.m3u8');
const anAnswer = (body: Buffer, gzip = false) => ({ body, gzip }) as Answer;

describe('reading manifests once for all viewers', () => {
  it('reads a body once, however many viewers get it, and again when it has changed', () => {
    const parse = vi.fn((text: string) => text.length);
    const shared = new SharedParse(parse);
    for (let viewer = 0; viewer < 100; viewer += 1) expect(shared.of(URL_HERE, anAnswer(Buffer.from('one')))).toBe(3);
    expect(shared.of(URL_HERE, anAnswer(Buffer.from('three')))).toBe(5);
    expect(parse).toHaveBeenCalledTimes(2);
  });

  it('keeps its own copy: the bytes it was given may change at once', () => {
    const shared = new SharedParse((text) => text);
    const body = Buffer.from('first');
    shared.of(URL_HERE, anAnswer(body));
    body.write('other');
    expect(shared.of(URL_HERE, anAnswer(Buffer.from('first')))).toBe('first');
    expect(shared.of(URL_HERE, anAnswer(body))).toBe('other');
  });

  it('decodes compressed bodies', () => {
    const shared = new SharedParse((text) => text);
    expect(shared.of(URL_HERE, anAnswer(gzipSync('#EXTM3U'), true))).toBe('#EXTM3U');
  });

  it('tells two addresses with the same body apart', () => {
    const shared = new SharedParse((_, url) => url.pathname);
    const other = new URL('/b.m3u8', URL_HERE);
    const paths = [URL_HERE, other].map((url) => shared.of(url, anAnswer(Buffer.from('same'))));
    expect(paths).toEqual(['/a.m3u8', '/b.m3u8']);
  });
});
