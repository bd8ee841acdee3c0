import { describe, expect, it } from 'vitest';
import { Audience, WINDOW_MS } from './audience.js';
import { parseCmcd } from './cmcd.js';
import { clientOf } from './own-requests.js';
import { playbackTarget } from './playback-target.js';
import { byProtocol, byRendition, playbackReports } from './viewer-counts.js';

const NOW = 1_000_000;
const asked = (address: string, client = '192.0.2.1', userAgent = 'Player', cmcd = '') => ({
  ...{ target: playbackTarget(address)!, address: client, userAgent, cmcd: parseCmcd(cmcd) },
});

describe('an audience', () => {
  it('counts everybody once, whatever they ask for', () => {
    const audience = new Audience();
    for (const file of ['playlist.m3u8', '1.m4s', '2.m4s']) audience.see(asked(`/c/720p/${file}`), NOW);
    audience.see(asked('/c/audio/1.m4s'), NOW);
    audience.see(asked('/c/480p/1.m4s', '192.0.2.2'), NOW);
    expect(audience.of('c', NOW)).toHaveLength(2);
  });

  it('tells apart who shares an address: by their program, or by the session it names', () => {
    const audience = new Audience();
    audience.see(asked('/c/720p/1.m4s', '192.0.2.1', 'Safari'), NOW);
    audience.see(asked('/c/720p/1.m4s', '192.0.2.1', 'Firefox', 'sid="a"'), NOW);
    audience.see(asked('/c/720p/1.m4s', '192.0.2.1', 'Firefox', 'sid="b"'), NOW);
    expect(audience.of('c', NOW)).toHaveLength(3);
  });

  it('forgets who has asked for nothing for half a minute', () => {
    const audience = new Audience();
    audience.see(asked('/c/720p/1.m4s', '192.0.2.1'), NOW);
    audience.see(asked('/c/720p/1.m4s', '192.0.2.2'), NOW + 1);
    expect(audience.of('c', NOW + WINDOW_MS)).toHaveLength(2);
    expect(audience.of('c', NOW + WINDOW_MS + 1)).toHaveLength(1);
  });

  it('keeps no more than it may, and takes new ones when old ones have gone', () => {
    const audience = new Audience(2);
    for (const client of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) audience.see(asked('/c/720p/1.m4s', client), NOW);
    expect(audience.of('c', NOW)).toHaveLength(2);
    const later = NOW + 2 * WINDOW_MS;
    audience.sweep(later);
    audience.see(asked('/c/720p/1.m4s', '192.0.2.3'), later);
    expect(audience.of('c', later)).toHaveLength(1);
  });

  it('is told by rendition, where one who changes is counted where they are now', () => {
    const audience = new Audience();
    audience.see(asked('/c/720p/playlist.m3u8'), NOW);
    audience.see(asked('/c/audio/playlist.m3u8'), NOW);
    audience.see(asked('/c/480p/playlist.m3u8'), NOW);
    audience.see(asked('/c/manifest.mpd', '192.0.2.2'), NOW);
    const viewings = audience.of('c', NOW);
    expect(Object.fromEntries(byRendition(viewings))).toEqual({ '480p': 1, audio: 1 });
    expect(byProtocol(viewings)).toEqual({ hls: 1, dash: 1 });
  });

  it('is told how its players fare by what each of them said last', () => {
    const audience = new Audience();
    audience.see(asked('/c/720p/1.m4s', '192.0.2.1', '', 'bl=9000,br=3000,mtp=20000'), NOW);
    audience.see(asked('/c/720p/1.m4s', '192.0.2.1', '', 'bl=1000,br=3000'), NOW);
    audience.see(asked('/c/720p/1.m4s', '192.0.2.2', '', 'bl=3000,br=800'), NOW);
    audience.see(asked('/c/720p/1.m4s', '192.0.2.3', '', 'bl=2000,br=800'), NOW);
    audience.see(asked('/c/720p/1.m4s', '192.0.2.4'), NOW);
    expect(playbackReports(audience.of('c', NOW))).toEqual({
      ...{ reporting: 3, bufferSeconds: 2, bitrateKbps: 800, throughputKbps: undefined },
    });
    expect(playbackReports([])).toMatchObject({ reporting: 0, bufferSeconds: undefined });
  });

  it('holds no address and no user agent', () => {
    const audience = new Audience();
    audience.see(asked('/c/720p/1.m4s', '192.0.2.77', 'VerySpecialPlayer'), NOW);
    const held = JSON.stringify(audience, (_, value: unknown) => (value instanceof Map ? [...value] : value));
    expect(held).toContain('"720p"');
    expect(held).not.toMatch(/192\.0\.2\.77|VerySpecialPlayer/);
  });
});

describe('who is asking', () => {
  it('is told by an nginx on this machine, and by nobody else', () => {
    expect(clientOf('127.0.0.1', '198.51.100.9, 192.0.2.5')).toBe('192.0.2.5');
    expect(clientOf('203.0.113.1', '192.0.2.5')).toBe('203.0.113.1');
    expect(clientOf('::1', undefined)).toBe('::1');
  });
});
