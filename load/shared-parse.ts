/**
 * Thousands of viewers get the same few manifests. Each distinct body of an address is decoded and read once per
 * process; all others are compared with it byte by byte, which costs a thousandth.
 */
import { gunzipSync } from 'node:zlib';
import type { Answer } from './http/request.js';

/** The latest bodies of one address: full and delta updates of the last parts, plain and compressed. */
const KEPT = 8;

interface Read<T> {
  readonly body: Buffer;
  readonly value: T;
}

export class SharedParse<T> {
  private readonly read = new Map<string, Read<T>[]>();

  constructor(private readonly parse: (text: string, url: URL) => T) {}

  /** What the body says. Throws when it cannot be read. */
  of(url: URL, { body, gzip }: Answer): T {
    const latest = this.latestOf(url.href);
    const same = latest.find((read) => read.body.equals(body));
    if (same) return same.value;
    const text = (gzip ? gunzipSync(body) : body).toString('utf8');
    const value = this.parse(text, url);
    latest.unshift({ body: Buffer.from(body), value });
    latest.length = Math.min(latest.length, KEPT);
    return value;
  }

  private latestOf(address: string): Read<T>[] {
    const known = this.read.get(address);
    if (known) return known;
    const latest: Read<T>[] = [];
    this.read.set(address, latest);
    return latest;
  }
}
