import { describe, expect, it } from 'vitest';
import { describeSource, saysEnough } from './probe.js';
import { failuresAfter, INTAKE_RESTARTS, restartDelayMs } from './restart-policy.js';
import { sourceAddress } from './source-address.js';
import { parseSource } from './source.js';

describe('a source URL', () => {
  it.each([
    ['rtmp://host/app/key', 'tapped', 'rtmp,tcp'],
    ['rtsp://user:pass@camera/1', 'tapped', 'rtsp,tcp'],
    ['rtsps://camera/1', 'tapped', 'rtsp,tcp'],
    ['rtmps://host/app/key', 'tapped', 'rtmps,rtmp,tls,httpproxy,tcp'],
    ['srt://0.0.0.0:9000?mode=listener', 'tapped', 'srt,udp'],
    ['udp://239.0.0.1:1234', 'tapped', 'udp,rtp'],
    ['tcp://0.0.0.0:9000?listen', 'tapped', 'tcp'],
    ['http://host_name:80/a.m3u8', 'direct', 'http,tcp,crypto'],
    ['https://host/film.mp4', 'direct', 'http,tcp,crypto'],
    ['file:///media/film.mp4', 'direct', 'file'],
    ['test:?size=640x360', 'built-in', ''],
  ])('%s is %s and may use %s', (url, access, protocols) => {
    const source = parseSource(url, 10);
    expect(source.access).toBe(access);
    const whitelist = source.inputOptions[source.inputOptions.indexOf('-protocol_whitelist') + 1] ?? '';
    expect(whitelist).toBe(protocols);
  });

  it.each([
    ['concat:/etc/passwd|/etc/shadow', 'source-scheme-not-allowed'],
    ['subfile,,start,0,end,9,,:/etc/passwd', 'source-url-invalid'],
    ['data:text/plain,hello', 'source-scheme-not-allowed'],
    ['pipe:0', 'source-scheme-not-allowed'],
    ['-i', 'source-url-invalid'],
    ['/etc/passwd', 'source-url-invalid'],
    ['rtmp://host/app key', 'source-url-invalid'],
    ['rtmp://host/app\nkey', 'source-url-invalid'],
    ['http:', 'source-url-invalid'],
    ['', 'source-url-invalid'],
    [`http://host/${'x'.repeat(2048)}`, 'source-url-invalid'],
  ])('%j is refused as %s', (url, code) => {
    expect(() => parseSource(url, 10)).toThrow(code);
  });

  it.each(['file:///media/film.mp4', 'tcp://host:1', 'srt://host:1', 'rtmp://host/app/key', 'http://host/a'])(
    'of %s is never read as a script, a list of files or a description of a session',
    (url) => {
      const { inputOptions } = parseSource(url, 10);
      const formats = (inputOptions[inputOptions.indexOf('-format_whitelist') + 1] ?? '').split(',');
      expect(formats).not.toEqual(expect.arrayContaining(['concat']));
      expect(formats).not.toEqual(expect.arrayContaining(['sdp']));
      expect(formats.includes('hls')).toBe(url.startsWith('http'));
    },
  );

  it.each([
    ['tcp://0.0.0.0:9000?listen', true],
    ['tcp://0.0.0.0:9000?listen=1', true],
    ['tcp://host:9000?listener', false],
    ['srt://0.0.0.0:9000?latency=200&mode=listener', true],
    ['srt://host:9000?mode=caller', false],
    ['srt://host:9000?streamid=mode=listener', false],
    ['udp://239.0.0.1:1234', true],
    ['rtmp://0.0.0.0/live/key?listen', true],
    ['rtmp://host/live/key?a=b&listen=1', false],
    ['http://host/a?listen', false],
  ])('%s waits for somebody to send: %s', (url, waits) => expect(parseSource(url, 10).waits).toBe(waits));

  it.each([
    'tcp://127.0.0.1:22?listen=0',
    'tcp://127.0.0.1:22?listen=1&listen=0',
    'tcp://127.0.0.1:22#?listen',
    'srt://127.0.0.1:22?mode=listener&mode=caller',
    'srt://127.0.0.1:22?mode=Listener',
    'rtmp://host\\@evil/app',
    'rtmp://[fe80::1%25eth0]/app',
    'rtsp://ex%61mple.com/1',
    'rtmp://höst/app',
  ])('%s is refused, for it could be read in two ways', (url) => {
    expect(() => parseSource(url, 10)).toThrow('source-url-invalid');
  });

  it('leads to the host behind the last @, whatever comes before it', () => {
    const { host, at } = sourceAddress('srt://a:b@c@host:9000/x?streamid=@d', 'srt');
    expect([host, at('10.0.0.1'), at('fd00::1'), at('127.0.0.1', 7)]).toEqual([
      'host',
      'srt://a:b@c@10.0.0.1:9000/x?streamid=@d',
      'srt://a:b@c@[fd00::1]:9000/x?streamid=@d',
      'srt://a:b@c@127.0.0.1:7/x?streamid=@d',
    ]);
  });

  it('never makes a listener of an RTMP pull, and makes one when asked', () => {
    expect(parseSource('rtmp://host/app/key', 10).inputOptions).not.toContain('-timeout');
    const listener = parseSource('rtmp://0.0.0.0:1935/live/key?listen=1', 10);
    expect([listener.input, listener.inputOptions.slice(-2)]).toEqual([
      'rtmp://0.0.0.0:1935/live/key',
      ['-listen', '1'],
    ]);
  });

  it('is looked at twice as long with every failed attempt, up to a bound', () => {
    const duration = (attempt: number): number => {
      const { inputOptions } = parseSource('rtmp://host/live/key', 10, attempt);
      return Number(inputOptions[inputOptions.indexOf('-analyzeduration') + 1]);
    };
    expect([0, 1, 2, 9].map(duration)).toEqual([1e6, 2e6, 4e6, 16e6]);
  });
});

describe('what ffprobe says', () => {
  const probed = (...streams: object[]): string => JSON.stringify({ streams, format: { format_name: 'nut' } });
  const video = {
    codec_type: 'video',
    codec_name: 'h264',
    width: 1920,
    height: 1080,
    avg_frame_rate: '25/1',
    r_frame_rate: '25/1',
  };

  it('is read as it is shown: rotated, and with its pixels square', () => {
    expect(describeSource(probed({ ...video, side_data_list: [{ rotation: -90 }] })).video).toMatchObject({
      width: 1080,
      height: 1920,
    });
    expect(
      describeSource(probed({ ...video, width: 720, height: 576, sample_aspect_ratio: '16:11' })).video,
    ).toMatchObject({ width: 1047, height: 576 });
  });

  it('takes no cover art for a picture', () => {
    const song = describeSource(
      probed(
        { ...video, disposition: { attached_pic: 1 } },
        { codec_type: 'audio', codec_name: 'mp3', channels: 2, sample_rate: '44100' },
      ),
    );
    expect(song).toEqual({ format: 'nut', audio: { codec: 'mp3', channels: 2, sampleRate: 44_100 } });
  });

  it.each([
    ['30000/1001', '299/10', '30000/1001'],
    ['60/1', '60000/1001', '60000/1001'],
    ['90000/1', '24/1', '24/1'],
    ['30/1', '0/0', '30/1'],
    ['0/0', '0/0', '30/1'],
  ])('has a rate: nominal %s, average %s gives %s', (r_frame_rate, avg_frame_rate, expected) => {
    const { num, den } = describeSource(probed({ ...video, r_frame_rate, avg_frame_rate })).video!.fps;
    expect(`${num}/${den}`).toBe(expected);
  });

  describe('is enough of a live source', () => {
    const picture = { ...video, nb_read_packets: '8' };
    const sound = { codec_type: 'audio', codec_name: 'aac', channels: 2, sample_rate: '48000' };
    it.each([
      ['picture and sound', [picture, sound], 0.3, true],
      ['too few pictures to tell a rate', [{ ...picture, nb_read_packets: '7' }, sound], 9, false],
      ['no key frame yet', [{ ...picture, width: 0 }, sound], 9, false],
      ['sound that is announced and has not come', [picture, { ...sound, sample_rate: '0', channels: 0 }], 0.9, false],
      ['the same after a second', [picture, { ...sound, sample_rate: '0', channels: 0 }], 1, true],
      ['no sound, but there may be some', [picture], 0.9, false],
      ['no sound', [picture], 1, true],
      ['sound, but there may be a picture', [sound], 0.9, false],
      ['sound alone', [sound], 1, true],
      ['cover art for a picture', [{ ...picture, disposition: { attached_pic: 1 } }, sound], 1, true],
      ['nothing', [], 9, false],
    ])('%s', (_, streams, seconds, enough) => expect(saysEnough(probed(...streams), seconds)).toBe(enough));
  });

  it('is refused when there is neither picture nor sound', () => {
    expect(() => describeSource(probed({ codec_type: 'data' }))).toThrow('source-without-media');
  });
});

describe('a restart', () => {
  it('waits longer each time up to the cap, spread by chance, and forgets after a healthy while', () => {
    const delays = [0, 1, 2, 3, 4, 9].map((failures) => restartDelayMs(INTAKE_RESTARTS, failures, 0.999_999));
    expect(delays).toEqual([500, 1000, 2000, 4000, 4000, 4000]);
    expect(restartDelayMs(INTAKE_RESTARTS, 3, 0)).toBe(2000);
    expect(failuresAfter(INTAKE_RESTARTS, 5, 60_000)).toBe(1);
    expect(failuresAfter(INTAKE_RESTARTS, 5, 1_000)).toBe(6);
  });
});
