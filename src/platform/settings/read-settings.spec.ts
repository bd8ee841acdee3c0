import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../engine/problem.js';
import { readSettings, type Environment } from './read-settings.js';

function errorsOf(env: Environment): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).code).toBe('settings-invalid');
    return (error as Problem).facts['errors'] as readonly string[];
  }
  return [];
}

describe('reading settings', () => {
  it('needs no variable at all', () => {
    expect(readSettings({})).toEqual({
      segmentDuration: 2,
      partDuration: 0.333,
      playlistSize: 10,
      lowLatencyHls: true,
      encoderPreset: 'veryfast',
      maxFps: 30,
      playoutJitter: 0.1,
      ladderFile: resolve('config/ladder.yaml'),
      admission: 'enforce',
      admissionShare: 0.9,
      sourceTimeout: 10,
      slateAfter: 3,
      nextSourceAfter: 5,
      failBackAfter: 10,
      giveUpAfter: undefined,
      slateText: 'Please stand by',
      slateImage: undefined,
      mediaRoot: undefined,
      staleThreshold: 600,
      cleanupInterval: 300,
      endedRetention: 300,
      diskReserve: 256,
      shutdownTimeout: 10,
      apiHost: '127.0.0.1',
      apiPort: 8083,
      cdnPort: 8084,
      logLevel: 'info',
      logFormat: 'json',
      outputDir: resolve('var/streams'),
      dataDir: resolve('var/data'),
      ffmpegPath: 'ffmpeg',
      ffprobePath: 'ffprobe',
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
