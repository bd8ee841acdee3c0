import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../engine/problem.js';
import { hashToken, newToken } from '../auth/token.js';
import { camelCase, forgetSecrets, readSettings, type Environment } from './read-settings.js';
import { describeSettings } from './settings-docs.js';

function errorsOf(env: Environment, readText?: (path: string) => string): readonly string[] {
  try {
    readSettings(env, readText);
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).code).toBe('settings-invalid');
    return (error as Problem).facts['errors'] as readonly string[];
  }
  return [];
}

describe('reading settings', () => {
  it('needs no variable at all', () => {
    // Every other default is pinned by docs/configuration.md.
    const settings = readSettings({});
    expect(Object.keys(settings)).toEqual(describeSettings().map(({ name }) => camelCase(name)));
    expect(settings).toMatchObject({
      segmentDuration: 2,
      lowLatencyHls: true,
      encoderPreset: 'veryfast',
      giveUpAfter: undefined,
      outputDir: resolve('var/streams'),
      ffmpegPath: 'ffmpeg',
      apiHost: '127.0.0.1',
      apiTokens: undefined,
      apiOpen: false,
    });
  });

  it('takes what the environment says, without the white space around it', () => {
    const settings = readSettings({ SEGMENT_DURATION: ' 4 ', LOW_LATENCY_HLS: 'false', ENCODER_PRESET: 'medium' });
    expect(settings).toMatchObject({ segmentDuration: 4, lowLatencyHls: false, encoderPreset: 'medium' });
  });

  it('takes an empty variable for an unset one', () => {
    expect(readSettings({ SEGMENT_DURATION: '', MEDIA_ROOT: ' ' })).toEqual(readSettings({}));
  });

  it('makes folders absolute but leaves a bare program name to PATH', () => {
    const settings = readSettings({ MEDIA_ROOT: 'media', OUTPUT_DIR: '/srv/streams', FFMPEG_PATH: './bin/ffmpeg' });
    expect(settings.mediaRoot).toBe(resolve('media'));
    expect(settings.outputDir).toBe('/srv/streams');
    expect(settings.ffmpegPath).toBe(resolve('bin/ffmpeg'));
    expect(settings.ffprobePath).toBe('ffprobe');
  });

  it('names every fault at once: the variable, what was found, what is allowed and the fix', () => {
    expect(
      errorsOf({ SEGMENT_DURATION: 'two', PLAYLIST_SIZE: '5', LOW_LATENCY_HLS: 'yes', LOG_FORMAT: 'xml' }),
    ).toEqual([
      'SEGMENT_DURATION is "two": allowed is a number from 1 to 10, in seconds. Correct it, or remove it to use the default, 2.',
      'PLAYLIST_SIZE is "5": allowed is a whole number from 6 to 1800, in segments. Correct it, or remove it to use the default, 10.',
      'LOW_LATENCY_HLS is "yes": allowed is true or false. Correct it, or remove it to use the default, true.',
      'LOG_FORMAT is "xml": allowed is one of json, pretty. Correct it, or remove it to use the default, json.',
    ]);
  });

  it.each(['0x2', '2e0', '-2', '+2', '2.', 'Infinity', 'NaN', '2s'])('does not take %s for a number', (text) => {
    expect(errorsOf({ SEGMENT_DURATION: text })).toHaveLength(1);
  });

  it('does not take an option for a program', () => {
    expect(errorsOf({ FFMPEG_PATH: '-version' })).toHaveLength(1);
  });

  it('refuses a part longer than a segment', () => {
    expect(errorsOf({ PART_DURATION: '1.5', SEGMENT_DURATION: '1' })).toEqual([
      'PART_DURATION is "1.5" and SEGMENT_DURATION is "1": a part must not be longer than a segment. Lower PART_DURATION or raise SEGMENT_DURATION.',
    ]);
  });

  it('refuses one port for the API and nginx, even when one of them is a default', () => {
    expect(errorsOf({ API_PORT: '8084' })).toEqual([
      'API_PORT is "8084" and CDN_PORT is "8084": the API and nginx cannot share a port. Give one of them another port.',
    ]);
  });
});

describe('secrets', () => {
  const entry = `console:control:${hashToken(newToken())}`;
  const unreadable = (): never => {
    throw Object.assign(new Error('no'), { code: 'EACCES' });
  };

  it('may be in a file instead, one token a line', () => {
    const other = `prometheus:read:${hashToken(newToken())}`;
    const files: Record<string, string> = { '/run/secrets/tokens': `${entry}\n${other}\n` };
    const settings = readSettings({ API_TOKENS_FILE: '/run/secrets/tokens' }, (path) => files[path]!);
    expect(settings).toEqual(readSettings({ API_TOKENS: `${entry}, ${other}` }));
    expect(settings.apiTokens).toMatchObject([
      { name: 'console', scope: 'control' },
      { name: 'prometheus', scope: 'read' },
    ]);
  });

  it('cannot be given twice, nor by a file that is empty or cannot be read', () => {
    expect(errorsOf({ API_TOKENS: entry, API_TOKENS_FILE: '/tokens' })).toEqual([
      'API_TOKENS and API_TOKENS_FILE are both set: only one can count. Remove one of them.',
    ]);
    expect(errorsOf({ API_TOKENS_FILE: '/tokens' }, () => ' \n')).toEqual([
      'API_TOKENS_FILE is "/tokens", which is empty. Write the value into it, or remove API_TOKENS_FILE.',
    ]);
    expect(errorsOf({ API_TOKENS_FILE: '/tokens' }, unreadable)).toEqual([
      'API_TOKENS_FILE is "/tokens", which cannot be read (EACCES). Correct the path, or let the user of the server read the file.',
    ]);
  });

  it('are in no error, wherever they came from', () => {
    const token = newToken();
    const errors = [
      ...errorsOf({ API_TOKENS: `console:control:${token}` }),
      ...errorsOf({ PLAYBACK_SECRET_FILE: '/secret' }, () => `"${token}"`),
    ];
    expect(errors).toHaveLength(2);
    expect(errors.join()).not.toContain(token);
    expect(errors[0]).toContain('API_TOKENS is …: allowed is entries name:scope:hash');
  });

  it.each([
    ['one name twice', `${entry},${entry}`],
    ['a scope that is none', entry.replace('control', 'admin')],
    ['half a hash', entry.slice(0, -1)],
    ['nothing but a comma', ','],
  ])('do not take %s for tokens', (_, text) => {
    expect(errorsOf({ API_TOKENS: text })).toHaveLength(1);
  });

  it('are taken out of the environment that ffmpeg will inherit, and nothing else is', () => {
    const env = { API_TOKENS: entry, PLAYBACK_SECRET: 'a'.repeat(32), API_TOKENS_FILE: '/tokens', PATH: '/bin' };
    forgetSecrets(env);
    expect(env).toEqual({ API_TOKENS_FILE: '/tokens', PATH: '/bin' });
  });
});

describe('an API that others reach', () => {
  const token = `console:control:${hashToken(newToken())}`;

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.com', '127.0.0.1.example.com'])(
    'needs tokens on %s, and is told three ways out',
    (host) => {
      expect(errorsOf({ API_HOST: host })).toEqual([
        `API_HOST is "${host}" and API_TOKENS is not set: whoever reaches that address could start and stop streams. Set API_TOKENS (lockstep token new makes one), or set API_HOST to 127.0.0.1, or set API_OPEN=true if everybody there may do everything.`,
      ]);
      expect(readSettings({ API_HOST: host, API_TOKENS: token }).apiHost).toBe(host);
      expect(readSettings({ API_HOST: host, API_OPEN: 'true' }).apiOpen).toBe(true);
    },
  );

  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
    'is not what %s makes',
    (host) => {
      expect(readSettings({ API_HOST: host }).apiHost).toBe(host);
    },
  );

  it('is not hidden by a fault elsewhere: all of them are told at once', () => {
    expect(
      errorsOf({ API_HOST: '0.0.0.0', API_PORT: 'http', TRUSTED_PROXIES: 'any', ALLOWED_HOSTS: 'http://a' }),
    ).toHaveLength(4);
  });
});
