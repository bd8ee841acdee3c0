import { describe, expect, it } from 'vitest';
import { missingEncoders, parseVersion } from './ffmpeg-version.js';

const printedBy = (version: string, libavutil?: string): string =>
  `ffmpeg version ${version} Copyright (c) 2000-2024 the FFmpeg developers
built with gcc 12 (Debian 12.2.0-14)
${libavutil ? `libavutil      ${libavutil} / ${libavutil}\n` : ''}`;

describe('the version of ffmpeg', () => {
  it.each([
    ['5.1', true],
    ['5.1.9-0+deb12u1', true],
    ['7:5.1.9-0ubuntu1', true],
    ['5.1_1', true],
    ['n5.1.2', true],
    ['n7.1', true],
    ['v6.0', true],
    ['7.0.2-static', true],
    ['7.1-essentials_build-www.gyan.dev', true],
    ['6.1.1-3ubuntu5+esm2', true],
    ['8', true],
    ['10.0', true],
    ['n7.2-dev-1234-gabcdef0', true],
    ['5.0.3', false],
    ['4.4.2-0ubuntu0.22.04.1', false],
    ['n4.4', false],
    ['3.4.8-0ubuntu0.2', false],
    ['0.8.17-4:0.8.17-0ubuntu0.12.04.1', false],
  ])('%s is a release, and new enough: %s', (version, recent) => {
    expect(parseVersion(printedBy(version))).toEqual({ version, release: true, recent });
  });

  it.each([
    ['N-113007-g8d24a28d06', '58. 36.101', true],
    ['git-2024-01-01-abcdef0', '58. 36.101', true],
    ['2024-05-06-git-96449cfeae-full_build', '59. 17.100', true],
    ['UNKNOWN', '57. 28.100', true],
    ['N-90810-g153e920892', '56. 14.100', false],
    ['git-2022-05-01-0123456', '57. 24.101', false],
    ['20170519', '55. 62.100', false],
  ])('%s has no number, and is judged by libavutil %s: %s', (version, libavutil, recent) => {
    expect(parseVersion(printedBy(version, libavutil))).toEqual({ version, release: false, recent });
  });

  it('is taken for recent when a build from git does not tell its libraries', () => {
    expect(parseVersion(printedBy('N-113007-g8d24a28d06'))).toMatchObject({ release: false, recent: true });
  });

  it('is that of ffprobe too, and of no other program', () => {
    expect(parseVersion('ffprobe version 7.1 Copyright')).toMatchObject({ version: '7.1' });
    expect(parseVersion('avconv version 9.20, Copyright')).toBeUndefined();
    expect(parseVersion('')).toBeUndefined();
  });
});

describe('the encoders of ffmpeg', () => {
  const listing = (...rows: string[]): string =>
    ['Encoders:', ' V..... = Video', ' A..... = Audio', ' ------', ...rows].join('\n') + '\n';
  const X264 = ' V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 (codec h264)';
  const X264_RGB = ' V....D libx264rgb           libx264 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 RGB (codec h264)';
  const AAC = ' A....D aac                  AAC (Advanced Audio Coding)';
  const FDK_AAC = ' A....D libfdk_aac           Fraunhofer FDK AAC (codec aac)';

  it('are complete when x264 and AAC are there', () => {
    expect(missingEncoders(listing(X264, X264_RGB, AAC))).toEqual([]);
  });

  it('are told by name when they are not, whatever sounds like them', () => {
    expect(missingEncoders(listing(X264_RGB, AAC))).toEqual(['libx264']);
    expect(missingEncoders(listing(X264, FDK_AAC))).toEqual(['aac']);
    expect(missingEncoders('')).toEqual(['libx264', 'aac']);
  });
});
