import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../test/support/free-port.js';
import { aStream, lockstepIn, pretendApi, type Outcome, type PretendApi, type PretendShell } from './testing.js';

let api: PretendApi;
let folder: string;
beforeEach(async () => {
  api = await pretendApi();
  folder = await mkdtemp(join(tmpdir(), 'lockstep-cli-'));
});
afterEach(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

const lockstep = (words: string | readonly string[], shell: PretendShell = {}): Promise<Outcome> =>
  lockstepIn(words, { ...shell, env: { LOCKSTEP_URL: api.url, ...shell.env } });
const problem = (status: number, facts: Record<string, unknown>) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { title: 'It is wrong', ...facts },
});

describe('starting a stream', () => {
  it('sends what was given on the command line, and leaves the rest to the server', async () => {
    api.answers({ status: 201, body: aStream() });
    const words = 'start camera rtmp://a.test/live --backup srt://b.test:9 --backup test: -q 720p,480p --no-dash';
    const { code, out } = await lockstep([
      ...words.split(' '),
      ...['--title', 'The final', '--label', 'event=final', '--label', 'crew=b', '--keep', '--give-up-after', '30'],
      ...['--webhook', 'https://hooks.test/a'],
    ]);
    expect([code, api.asked[0]!.path]).toEqual([0, '/streams']);
    expect(api.asked[0]!.body).toEqual({
      ...{ stream_id: 'camera', source_urls: ['rtmp://a.test/live', 'srt://b.test:9', 'test:'] },
      ...{ qualities: ['720p', '480p'], enable_dash: false, stale_after: null, give_up_after: 30 },
      ...{ title: 'The final', labels: { event: 'final', crew: 'b' }, webhooks: [{ url: 'https://hooks.test/a' }] },
    });
    expect(out).toBe(`camera started
  status     live · source connected · 720p 480p down (2 restarts)
  source     1280x720 30 fps h264, aac
  on air     source, source 0
  qualities  720p, 480p (left out: 1080p)
  HLS        /streams/camera/playlist.m3u8
  DASH       /streams/camera/manifest.mpd
  since      2026-01-01 00:00:00 UTC
`);
  });

  it('sends no field that was not given', async () => {
    api.answers({ status: 201, body: aStream() });
    await lockstep('start camera test:');
    expect(api.asked[0]!.body).toEqual({ stream_id: 'camera', source_url: 'test:' });
  });

  it('takes a spec from a file or from stdin, and the command line before it', async () => {
    api.answers({ status: 201, body: aStream() });
    const file = join(folder, 'spec.yaml');
    await writeFile(file, 'stream_id: camera\nsource_urls: [rtmp://a.test/live]\nslate_text: Back soon\n');
    await lockstep(`start -f ${file}`);
    await lockstep(['start', 'other', 'test:', '-f', '-', '--slate-text', 'Soon'], {
      input: '{"source_urls": ["rtmp://a.test/live"], "slate_text": "Back soon", "low_latency": false}',
    });
    expect(api.asked.map(({ body }) => body)).toEqual([
      { stream_id: 'camera', source_urls: ['rtmp://a.test/live'], slate_text: 'Back soon' },
      { stream_id: 'other', source_url: 'test:', slate_text: 'Soon', low_latency: false },
    ]);
  });

  it('waits until it can be played, and says no when it cannot be in time', async () => {
    api.answers({ status: 201, body: aStream() });
    expect((await lockstep('start camera test: --wait 7')).out).toMatch(/^camera playable\n/);
    api.answers({ status: 202, body: aStream({ status: 'starting' }) });
    const late = await lockstep('start camera test: --wait');
    expect(api.asked.map(({ path }) => path)).toEqual([
      '/streams?wait=playable&timeout=7',
      '/streams?wait=playable&timeout=20',
    ]);
    expect(late.out).toMatch(/^camera started, but not playable after 20 s; it goes on\n/);
    expect(late.code).toBe(1);
  });

  it('says that it was running already', async () => {
    api.answers({ status: 200, body: aStream() });
    expect((await lockstep('start camera test:')).out).toMatch(/^camera was running already\n/);
  });

  it('only says whether it would fit, with an exit code for scripts', async () => {
    const qualities = [
      { name: '720p', width: 1280, height: 720, video_kbps: 3000, audio_kbps: 128 },
      { name: 'audio' },
    ];
    api.answers({
      body: { fits: false, needs: 1.4, free: 0.5, qualities, left_out: [], running: false, suggestion: ['480p'] },
    });
    const { code, out } = await lockstep('start camera test: --dry-run');
    expect([code, api.asked[0]!.path]).toEqual([1, '/streams?dry_run=true']);
    expect(out).toBe(`does not fit: it needs 1.4 cores, 0.5 are free
NAME   SIZE      VIDEO kbit/s  AUDIO kbit/s
720p   1280x720  3000          128
audio
these would fit: 480p
`);
  });

  it.each([
    ['start', 'a stream needs an id'],
    ['start camera', 'a stream needs a source'],
    ['start camera --backup test:', '--backup needs the source'],
    ['start camera test: --label event', 'key=value'],
    ['start camera test: --segment-format webm', 'Allowed choices are fmp4, mpegts'],
    ['start camera test: --stale-after soon', 'seconds, or never'],
    ['start -f /nowhere/spec.yaml', 'the spec cannot be read'],
    ['start camera test: --wait x', 'whole seconds'],
    ['update camera', 'nothing to change'],
    ['stop', "missing required argument 'id'"],
    ['stop ..', '".." is no id'],
    ['begin camera', "unknown command 'begin'"],
    ['list --server localhost:8083', 'localhost:8083 is no address of a server'],
  ])('asks nothing when the command line is wrong: %s', async (words, says) => {
    const { code, err } = await lockstep(words);
    expect(err).toContain(says);
    expect([code, api.asked]).toEqual([2, []]);
  });

  it('asks nothing when the spec in the file is none', async () => {
    expect(await lockstep('start camera test: -f -', { input: '[1]' })).toMatchObject({ code: 2 });
    expect(await lockstep('start camera test: -f -', { input: '{"a": ' })).toMatchObject({ code: 2 });
    expect(api.asked).toEqual([]);
  });
});

describe('changing and looking at streams', () => {
  it('sends only what is to be changed', async () => {
    api.answers({ body: aStream() });
    await lockstep([
      'update',
      'camera',
      '--source',
      'test:',
      '--source',
      'srt://b.test:9',
      '--fail-back-after',
      'never',
    ]);
    expect(api.asked[0]).toMatchObject({
      ...{ method: 'PATCH', path: '/streams/camera' },
      body: { source_urls: ['test:', 'srt://b.test:9'], fail_back_after: null },
    });
  });

  it('cuts to a source by its place, or back to the order of the list', async () => {
    api.answers({ body: aStream() });
    await lockstep('source camera 1');
    await lockstep('source camera auto');
    expect(api.asked.map(({ body }) => body)).toEqual([{ index: 1 }, { index: null }]);
  });

  it('lists streams from all pages, in columns', async () => {
    const next = { link: '</streams?state=live&cursor=abc>; rel="next"' };
    api.answers(
      { headers: next, body: [aStream({ title: 'The final' })] },
      { body: [aStream({ stream_id: 'b', rungs: [] })] },
    );
    const { out } = await lockstep('list --state live --label event=final');
    expect(api.asked.map(({ path }) => path)).toEqual([
      '/streams?state=live&label=event%3Afinal',
      '/streams?state=live&cursor=abc',
    ]);
    expect(out).toBe(`ID      STATUS  ON AIR  RUNGS                        SINCE (UTC)          TITLE
camera  live    source  720p 480p down (2 restarts)  2026-01-01 00:00:00  The final
b       live    source                               2026-01-01 00:00:00
`);
  });

  it('stops at so many as were asked for', async () => {
    api.answers({ headers: { link: '</streams?cursor=abc>; rel="next"' }, body: [aStream(), aStream()] });
    const { out } = await lockstep('list --limit 2 --json');
    expect([JSON.parse(out).length, api.asked.length]).toEqual([2, 1]);
  });

  it('watches until Ctrl-C, one JSON object a line, and waits for a server that is away', async () => {
    const away = problem(503, { detail: 'The server is stopping.' });
    api.answers({ body: aStream() }, away, { body: aStream({ status: 'degraded' }) });
    let pauses = 0;
    const { code, out, err } = await lockstep('info camera --watch 1 --json', { goOn: () => (pauses += 1) < 3 });
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).status),
    ).toEqual(['live', 'degraded']);
    expect([code, err]).toEqual([0, 'The server is stopping.\n']);
  });

  it('does not watch what was never there', async () => {
    api.answers(problem(404, { code: 'stream-not-found', detail: 'There is no stream camera.' }));
    expect(await lockstep('explain camera -w')).toMatchObject({ code: 1, err: 'There is no stream camera.\n' });
  });

  it('keeps a stream alive while it is monitored, and ends with it', async () => {
    api.answers({ body: { status: 'ok' } }, { body: aStream() }, { body: aStream({ status: 'failed' }) });
    const { code, out } = await lockstep('monitor camera 60 --json', { goOn: () => true });
    expect(api.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      ...['POST /streams/camera/heartbeat', 'GET /streams/camera', 'GET /streams/camera'],
    ]);
    expect([code, out.trim().split('\n').length]).toEqual([1, 2]);
  });

  it('saves the picture of a stream', async () => {
    const picture = Buffer.from([0xff, 0xd8, 0x00, 0x0a]);
    api.answers({ send: (response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture) });
    const file = join(folder, 'now.jpg');
    expect(await lockstep(`thumbnail camera -o ${file}`)).toMatchObject({ code: 0, out: `saved ${file}\n` });
    expect(await readFile(file)).toEqual(picture);
  });
});

describe('what is told of viewers, links and webhooks', () => {
  it('is how many watch all streams, and the renditions of one', async () => {
    const viewers = { now: 42, renditions: [{ name: '720p', now: 31 }], protocols: { hls: 40, dash: 2 } };
    api.answers({
      body: {
        streams: [
          { stream_id: 'camera', viewers },
          { stream_id: 'b', viewers: null },
        ],
      },
    });
    expect((await lockstep('viewers')).out).toBe(
      'STREAM  VIEWERS  HLS  DASH\ncamera  42       40   2\nb       0        0    0\n',
    );
    api.answers({ body: { stream_id: 'camera', viewers } });
    expect((await lockstep('viewers camera')).out).toBe(
      '42 viewers: HLS 40, DASH 2\nRENDITION  VIEWERS\n720p       31\n',
    );
    api.answers({ body: { stream_id: 'b', viewers: null } });
    expect((await lockstep('viewers b')).out).toBe('b is not on air yet\n');
  });

  it('is until when a link is good', async () => {
    const links = { hls_url: '/signed/1/x/camera/playlist.m3u8', dash_url: null, expires_at: 1_767_225_600 };
    api.answers({ body: links }, { body: { ...links, expires_at: null } });
    const { out } = await lockstep('link camera --expires-in 2h');
    expect(out).toBe('HLS   /signed/1/x/camera/playlist.m3u8\ngood until 2026-01-01 00:00:00 UTC\n');
    expect(api.asked[0]!.body).toEqual({ expires_in: 7200 });
    expect((await lockstep('link camera')).out).toContain('not signed: PLAYBACK_SECRET is not set');
  });

  it('is every delivery that was asked for, from as many pages as that takes', async () => {
    const delivery = (id: string) => ({
      ...{ id, type: 'stream.failed', stream_id: 'camera', url: 'https://ops.test/…', status: 'failed', attempts: 9 },
      ...{ created_at: 1_767_225_600, last_error: 'answered 503' },
    });
    api.answers(
      { body: { deliveries: [delivery('evt_2')], next_cursor: 'evt_2' } },
      { body: { deliveries: [delivery('evt_1')], next_cursor: null } },
    );
    const { out } = await lockstep('webhooks list --status failed --limit 300');
    expect(api.asked.map(({ path }) => path)).toEqual([
      '/webhooks/deliveries?status=failed&limit=200',
      '/webhooks/deliveries?status=failed&limit=200&cursor=evt_2',
    ]);
    expect(out.split('\n')[1]).toBe(
      'evt_2  failed  failed  camera  9      2026-01-01 00:00:00  https://ops.test/…  answered 503',
    );
  });
});

describe('telling events', () => {
  const event = (id: string, type: string, facts = {}) => ({
    ...{ id, type, timestamp: '2026-01-01T20:15:00.250Z', data: { stream_id: 'camera', ...facts } },
  });
  const asStream = (...events: ReturnType<typeof event>[]) => ({
    send: (response: import('node:http').ServerResponse) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(events.map((one) => `id: ${one.id}\nevent: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join('')),
  });

  it('tells what is remembered, goes on after it, and comes back with the last id when it is cut off', async () => {
    api.answers(
      { body: { events: [event('01', 'stream.started'), event('02', 'stream.playable', { after_seconds: 3.5 })] } },
      asStream(event('02', 'stream.playable'), event('03', 'stream.stopped', { reason: 'stale' })),
      asStream(event('04', 'stream.failed', { problem: null })),
    );
    let pauses = 0;
    const { out } = await lockstep('events camera', { goOn: () => (pauses += 1) < 2 });
    expect(out).toBe(`2026-01-01 20:15:00.250  camera  started
2026-01-01 20:15:00.250  camera  playable  after_seconds=3.5
2026-01-01 20:15:00.250  camera  stopped  reason=stale
2026-01-01 20:15:00.250  camera  failed  problem=null
`);
    expect(api.asked.map(({ path, headers }) => [path, headers.accept, headers['last-event-id']])).toEqual([
      ['/streams/camera/events', 'application/json', undefined],
      ['/streams/camera/events', 'text/event-stream', '02'],
      ['/streams/camera/events', 'text/event-stream', '03'],
    ]);
  });

  it('asks for some types only, after an event or a time, and need not follow', async () => {
    api.answers({ body: { events: [event('01', 'stream.started')] } });
    const later = await lockstep('events --types source_lost,stream.failed --since 2026-01-02T00:00Z --no-follow');
    await lockstep('events --since 01 --no-follow --json');
    expect(later).toEqual({ code: 0, out: '', err: '' });
    expect(api.asked.map(({ path, headers }) => [path, headers['last-event-id']])).toEqual([
      ['/streams/events?types=stream.source_lost%2Cstream.failed', undefined],
      ['/streams/events', '01'],
    ]);
  });
});

describe('what is wrong is told in words on stderr, and to scripts by the exit code', () => {
  it.each([
    [404, { code: 'stream-not-found' }, 1],
    [403, { code: 'source-file-not-allowed' }, 1],
    [401, { code: 'token-missing' }, 4],
    [403, { code: 'scope-missing' }, 4],
    [429, { code: 'too-many-requests' }, 1],
    [503, { code: 'capacity-exceeded' }, 5],
  ])('%i %o ends with %i', async (status, facts, code) => {
    api.answers(problem(status, { ...facts, detail: 'There is something wrong.', remedy: 'Do something else.' }));
    const outcome = await lockstep('stop camera');
    expect(outcome).toEqual({ code, out: '', err: 'There is something wrong.\nDo something else.\n' });
  });

  it('names every wrong field', async () => {
    const errors = [
      { field: 'stream_id', message: 'stream_id must be letters' },
      { field: 'source_url', message: 'source_url must be a URL' },
    ];
    api.answers(problem(400, { detail: 'both, in one line', errors, remedy: 'Correct the fields.' }));
    expect((await lockstep('start a/b test:')).err).toBe(`It is wrong
  stream_id: stream_id must be letters
  source_url: source_url must be a URL
Correct the fields.
`);
  });

  it('is the problem document itself with --json', async () => {
    api.answers(problem(404, { code: 'stream-not-found', detail: 'There is no stream camera.' }));
    const { code, out } = await lockstep('info camera --json');
    expect([code, JSON.parse(out).code]).toEqual([1, 'stream-not-found']);
  });

  it('ends with 3 when no server answers, or none in time', async () => {
    const nobody = await lockstep('list', { env: { LOCKSTEP_URL: `http://127.0.0.1:${await freePort()}` } });
    expect(nobody).toMatchObject({ code: 3, err: expect.stringMatching(/^no server answers at .*ECONNREFUSED/) });
    api.answers({ send: () => undefined });
    const silent = await lockstep('list --timeout 1');
    expect(silent).toMatchObject({ code: 3, err: expect.stringContaining('no answer in time') });
  });

  it('says when whoever answers is not the API', async () => {
    api.answers({ status: 404, body: '<html>not here</html>' });
    expect((await lockstep('list')).err).toMatch(/answered 404 with text\/html, which is not an answer of the API/);
    api.answers({ body: '<html>hello</html>' });
    expect(await lockstep('list')).toMatchObject({ code: 1, err: expect.stringContaining('not an answer of the API') });
  });

  it('asks below the path of a proxy', async () => {
    api.answers({ body: [] });
    await lockstep('list', { env: { LOCKSTEP_URL: `${api.url}/lockstep/` } });
    expect(api.asked[0]!.path).toBe('/lockstep/streams');
  });
});

describe('tokens', () => {
  const sent = () => api.asked.map(({ headers }) => headers.authorization);

  it('come from the option, the variable or the file, in this order', async () => {
    api.answers({ body: [] });
    const file = join(folder, 'token');
    await writeFile(file, 'from-file\n');
    const env = { LOCKSTEP_TOKEN: 'from-variable', LOCKSTEP_TOKEN_FILE: file };
    await lockstep('list --token from-option', { env });
    await lockstep('list', { env });
    await lockstep('list', { env: { LOCKSTEP_TOKEN: '', LOCKSTEP_TOKEN_FILE: file } });
    await lockstep('list');
    expect(sent()).toEqual(['Bearer from-option', 'Bearer from-variable', 'Bearer from-file', undefined]);
  });

  it('are never printed, not even one that cannot be sent', async () => {
    const { code, err } = await lockstep('list', { env: { LOCKSTEP_TOKEN: 'sécret\nmore' } });
    expect([code, err.includes('cret')]).toEqual([2, false]);
    expect(await lockstep('list', { env: { LOCKSTEP_TOKEN_FILE: join(folder, 'none') } })).toMatchObject({ code: 2 });
  });

  it('are made without a server: one for the client, its hash for the server', async () => {
    const { out } = await lockstep('token new grafana --scope read --json');
    const { token, entry } = JSON.parse(out) as { token: string; entry: string };
    expect(entry).toMatch(/^grafana:read:sha256-[\w-]{43}$/);
    expect(token.length).toBeGreaterThan(40);
    expect(entry).not.toContain(token);
    expect((await lockstep('token new grafana --scope read --json')).out).not.toBe(out);
    expect(api.asked).toEqual([]);
  });
});

describe('help', () => {
  it('lists the verbs, the exit codes and the environment', async () => {
    const { code, out } = await lockstep('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/start .*\[id\] \[url\]/);
    expect(out).toMatch(/Exit codes: 0 done/);
    expect(out).not.toMatch(/^ {2}complete\b/m);
  });
});
