import { describe, expect, it } from 'vitest';
import { isOwnHost, isOwnOrigin } from './own-names.js';

const NOTHING_SET = { apiHost: '127.0.0.1', publicUrl: undefined, allowedHosts: undefined };
const NAMED = { apiHost: 'media.lan', publicUrl: 'https://cdn.example.com/live', allowedHosts: ['api.example.com'] };

describe('the name that the API is asked by', () => {
  it.each([
    ...['127.0.0.1:8083', '192.0.2.7', '[::1]:8083', '[2001:db8::1]', 'localhost', 'localhost:8083', 'localhost.'],
    ...['LocalHost:1', 'api.localhost', 'lockstep:8083'],
  ])('is ours without anything set when it is %s', (host) => {
    expect(isOwnHost(host, NOTHING_SET)).toBe(true);
  });

  it.each([
    ...['evil.example', 'evil.example:8083', 'localhost.evil.example', '127.0.0.1.evil.example', 'media.lan'],
    ...['', 'evil.example@127.0.0.1', '127.0.0.1/evil.example', 'a b'],
  ])('is not when it is %j', (host) => {
    expect(isOwnHost(host, NOTHING_SET)).toBe(false);
  });

  it('is none of ours when there is none', () => {
    expect(isOwnHost(undefined, NAMED)).toBe(false);
  });

  it.each(['media.lan:8083', 'CDN.example.com', 'api.example.com.', 'localhost'])(
    'is ours by a setting: %s',
    (host) => {
      expect(isOwnHost(host, NAMED)).toBe(true);
    },
  );
});

describe('the page that asks', () => {
  it.each([
    ['no page at all', undefined, '127.0.0.1:8083'],
    ['our console', 'http://127.0.0.1:8083', '127.0.0.1:8083'],
    ['our console behind TLS', 'https://api.example.com', 'api.example.com'],
    ['our console, its port spelt out', 'https://api.example.com', 'api.example.com:443'],
  ])('is ours: %s', (_, origin, host) => {
    expect(isOwnOrigin(origin, host)).toBe(true);
  });

  it.each([
    ['a foreign one', 'https://evil.example', '127.0.0.1:8083'],
    ['another program of this machine', 'http://127.0.0.1:3000', '127.0.0.1:8083'],
    ['the same machine by another name', 'http://localhost:8083', '127.0.0.1:8083'],
    ['one in a sandbox', 'null', '127.0.0.1:8083'],
    ['a file', 'file://', '127.0.0.1:8083'],
    ['one that asks no host', 'http://127.0.0.1:8083', undefined],
  ])('is not: %s', (_, origin, host) => {
    expect(isOwnOrigin(origin, host)).toBe(false);
  });
});
