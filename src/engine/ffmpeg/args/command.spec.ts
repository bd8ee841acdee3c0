/** Holds fluent-ffmpeg's private argument builder to its contract: the whole list, as ffmpeg gets it. */
import { describe, expect, it } from 'vitest';
import { houseGrid, ratio } from '../../timeline/index.js';
import { parseSource, SELF_CONTAINED } from '../source.js';
import { ffmpegArguments } from './command.js';
import { audioEncoderCommand, videoEncoderCommand } from './encoder.js';
import { intakeCommand } from './intake.js';
import { tapCommand, TAPPED_PACKETS_OPTIONS, tappedBytesOptions } from './tap.js';
import { parseTestPicture, testPictureInputs } from './test-picture.js';

const GLOBAL = '-hide_banner -nostdin -loglevel level+warning';
const rendition = {
  kind: 'video',
  name: '360p',
  width: 640,
  height: 360,
  videoKbps: 800,
  profile: 'baseline',
} as const;
const grid = houseGrid(ratio(30), 2, 1 / 3);

describe('ffmpeg arguments', () => {
  it('keep every item whole and in its place', () => {
    const args = ffmpegArguments({
      inputs: [
        { options: ['-f', 'lavfi'], source: 'color=c=black, drawtext=text=two words' },
        { options: ['-re'], source: 'rtmp://host/app/key with space' },
      ],
      filter: '[0:v]null[v]',
      outputs: [
        { options: ['-map', '[v]', '-metadata', 'title=two words'], target: 'pipe:3' },
        { options: ['-map', '1:a'], target: 'pipe:4' },
      ],
    });
    expect(args).toEqual([
      ...GLOBAL.split(' '),
      ...['-f', 'lavfi', '-i', 'color=c=black, drawtext=text=two words', '-re', '-i', 'rtmp://host/app/key with space'],
      ...[
        '-filter_complex',
        '[0:v]null[v]',
        '-map',
        '[v]',
        '-metadata',
        'title=two words',
        'pipe:3',
        '-map',
        '1:a',
        'pipe:4',
      ],
    ]);
  });

  it('of a tap open a source once and copy its packets', () => {
    expect(ffmpegArguments(tapCommand(parseSource('rtmp://host/live/key', 10))).join(' ')).toBe(
      `${GLOBAL} -protocol_whitelist rtmp,tcp -format_whitelist flv,live_flv -fflags +genpts -probesize 5000000 -analyzeduration 1000000 -fpsprobesize 0 -rw_timeout 10000000 -i rtmp://host/live/key ` +
        '-map 0:V:0? -map 0:a:0? -c copy -f nut -max_interleave_delta 20000 -flush_packets 1 pipe:1',
    );
  });

  it('of a tap of bytes look for nothing in them, and those of who reads them look at what is there', () => {
    expect(ffmpegArguments(tapCommand(parseSource('srt://host:9000', 10))).join(' ')).toBe(
      `${GLOBAL} -protocol_whitelist srt,udp -format_whitelist data -f data -raw_packet_size 32768 -i srt://host:9000 ` +
        '-map 0 -c copy -f data -flush_packets 1 pipe:1',
    );
    expect(tappedBytesOptions(5_000.4).join(' ')).toBe(
      `-protocol_whitelist pipe -format_whitelist ${SELF_CONTAINED} -fflags +genpts -probesize 5000 -analyzeduration 60000000 -fpsprobesize 6`,
    );
  });

  it('of an intake decode once, scale in a cascade, and give every rung and the sound a pipe', () => {
    const plan = intakeCommand({
      ...{
        inputs: [{ options: TAPPED_PACKETS_OPTIONS, source: 'pipe:0' }],
        fps: ratio(30_000, 1001),
        interlaced: true,
        audioStream: '0:a:0',
        pixelsPerSecond: 1280 * 720 * 30,
      },
      video: [{ ...rendition, name: '720p', width: 1280, height: 720 }, rendition],
    });
    expect(plan.filter).toBe(
      '[0:V:0]yadif=deint=interlaced,fps=fps=30000/1001:start_time=0,scale=1280:720:flags=bicubic,setsar=1,format=yuv420p,split[v0][s0];' +
        '[s0]scale=640:360:flags=bicubic,setsar=1,format=yuv420p[v1]',
    );
    expect(plan.outputs.at(-1)!.options.join(' ')).toBe(
      '-map 0:a:0 -af aresample=48000:async=1000:min_hard_comp=0.1:first_pts=0:flags=res,aformat=sample_fmts=s16:channel_layouts=stereo ' +
        '-c:a pcm_s16le -f s16le -flush_packets 1',
    );
    expect(plan.inputs[0]!.options.slice(0, 4)).toEqual(['-reinit_filter:v', '0', '-thread_type', 'slice']);
    expect(plan.outputs.map(({ target }) => target)).toEqual(['pipe:3', 'pipe:4', 'pipe:5']);
  });

  it('of an intake give each frame a thread of its own only where one core would not keep up', () => {
    const optionsFor = (pixelsPerSecond: number): string =>
      intakeCommand({
        ...{ inputs: [{ options: [], source: 'pipe:0' }], fps: ratio(30), interlaced: false, pixelsPerSecond },
        ...{ audioStream: undefined, video: [rendition] },
      }).inputs[0]!.options.join(' ');
    expect(optionsFor(1920 * 1080 * 60)).toContain('-thread_type slice');
    expect(optionsFor(3840 * 2160 * 30)).not.toContain('-thread_type');
  });

  it('of a video encoder say one closed GOP per segment and one frame per fragment', () => {
    expect(ffmpegArguments(videoEncoderCommand({ rendition, grid, preset: 'veryfast', threads: 1 })).join(' ')).toBe(
      `${GLOBAL} -probesize 32 -analyzeduration 0 -protocol_whitelist pipe -f rawvideo -pix_fmt yuv420p -video_size 640x360 ` +
        '-framerate 30 -i pipe:0 -map 0:v:0 -fps_mode passthrough -c:v libx264 -preset veryfast -tune zerolatency -profile:v baseline ' +
        '-threads 1 -flags:v +bitexact -g 60 -keyint_min 60 -sc_threshold 0 -b:v 800k -maxrate 800k -bufsize 800k ' +
        '-video_track_timescale 90000 -f mp4 -movflags +cmaf+frag_every_frame+skip_trailer+frag_discont -fflags +bitexact ' +
        '-flush_packets 1 pipe:1',
    );
  });

  it('of the audio encoder say one AAC frame per fragment', () => {
    expect(ffmpegArguments(audioEncoderCommand({ kind: 'audio', name: 'audio', audioKbps: 128 })).join(' ')).toBe(
      `${GLOBAL} -probesize 32 -analyzeduration 0 -protocol_whitelist pipe -f s16le -ar 48000 -ac 2 -i pipe:0 -map 0:a:0 -c:a aac ` +
        '-b:a 128k -flags:a +bitexact -f mp4 -movflags +cmaf+frag_every_frame+skip_trailer+frag_discont -fflags +bitexact ' +
        '-flush_packets 1 pipe:1',
    );
  });
});

describe('the test picture', () => {
  it('is what its URL says', () => {
    expect(parseTestPicture('test:')).toEqual({ width: 1280, height: 720, fps: ratio(30), sound: true });
    const picture = parseTestPicture('test:?size=640x360&rate=30000/1001&sound=off');
    expect(picture).toEqual({ width: 640, height: 360, fps: ratio(30_000, 1001), sound: false });
    expect(testPictureInputs(picture)).toEqual([
      { options: ['-re', '-f', 'lavfi'], source: 'testsrc2=size=640x360:rate=30000/1001' },
    ]);
  });

  it.each([
    'test:?size=huge',
    'test:?rate=0',
    'test:?rate=500',
    'test:?sound=loud',
    'test:?colour=red',
    'test:?size=8x8',
  ])('refuses %s', (url) => {
    expect(() => parseTestPicture(url)).toThrow('source-url-invalid');
  });
});
