/** What a source may be, as whoever asks for a stream is told. */
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { SETTING_TABLE } from '../../src/platform/settings/setting-table.js';
import { SOURCE_SCHEMES } from '../../src/engine/ffmpeg/index.js';
import { startApplication, type TestApplicationOptions } from '../support/application.js';

let application: Awaited<ReturnType<typeof startApplication>>;
afterEach(() => application?.remove());

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'media.example.com': ['93.184.216.34'],
  'vault.corp.example': ['10.11.12.13'],
  'both.example.com': ['93.184.216.34', '10.11.12.13'],
};
const lookup = (host: string): Promise<readonly string[]> =>
  NAMES[host] ? Promise.resolve(NAMES[host]) : Promise.reject(new Error('ENOTFOUND'));

async function server(env: TestApplicationOptions['env'] = {}): Promise<void> {
  application = await startApplication({ env: { SOURCE_ALLOWED_ADDRESSES: '', ...env }, lookup });
}
const start = (source_url: string, id = 'camera') =>
  request(application.server).post('/streams').send({ stream_id: id, source_url, stale_after: null });

describe('a source is refused at once', () => {
  it.each([
    'rtmp://10.0.0.1/live/key',
    'srt://vault.corp.example:9000',
    'http://both.example.com/a',
    'udp://8.8.8.8:5000',
  ])('at an address that is not allowed: %s', async (url) => {
    await server();
    const { status, body, text } = await start(url);
    expect([status, body.code]).toEqual([403, 'source-address-not-allowed']);
    expect(body.setting).toBe('SOURCE_ALLOWED_ADDRESSES');
    expect(text).not.toContain('10.11.12.13');
    expect(application.pipelines.started).toEqual([]);
  });

  it('of a kind that is not allowed here', async () => {
    await server({ SOURCE_SCHEMES: 'srt,https' });
    const { status, body } = await start('rtmp://media.example.com/live/key');
    expect([status, body.code, body.allowed]).toEqual([400, 'source-scheme-not-allowed', ['srt', 'https']]);
  });

  it('outside of the media root', async () => {
    await server();
    expect((await start('file:///etc/hostname')).body).toMatchObject({ status: 403, code: 'source-file-not-allowed' });
  });

  it('when it is tried out only, and when it is to take the place of another', async () => {
    await server();
    const tried = await request(application.server)
      .post('/streams?dry_run=true')
      .send({ stream_id: 'camera', source_url: 'http://127.0.0.1/a' });
    expect(tried.status).toBe(403);
    await start('rtmp://media.example.com/live/key');
    const patch = (body: object) => request(application.server).patch('/streams/camera').send(body);
    expect((await patch({ source_urls: ['srt://media.example.com:1', 'srt://10.0.0.1:1'] })).status).toBe(403);
    expect((await patch({ title: 'Stadium' })).body.sources).toHaveLength(1);
  });
});

describe('a source is taken', () => {
  it.each([
    'rtmp://media.example.com/live/key',
    'srt://not-there-yet.example.com:9000',
    'srt://0.0.0.0:9000?mode=listener',
    'udp://239.1.1.1:5000',
    'rtmp://0.0.0.0:1935/live/key?listen',
    'test:',
  ])('that may be, whether it is there or not: %s', async (url) => {
    await server();
    expect((await start(url)).status).toBe(201);
  });

  it('in the range the operator has named', async () => {
    await server({ SOURCE_ALLOWED_ADDRESSES: '10.11.0.0/16' });
    expect((await start('srt://vault.corp.example:9000')).status).toBe(201);
    expect((await start('srt://10.12.0.1:9000', 'another')).status).toBe(403);
  });

  it('wherever it is, where every address is allowed', async () => {
    await server({ SOURCE_ALLOWED_ADDRESSES: 'any' });
    expect((await start('http://169.254.169.254/latest')).status).toBe(201);
  });
});

it('every kind of source can be allowed by its name', () => {
  expect(SETTING_TABLE.SOURCE_SCHEMES.default.split(',')).toEqual(SOURCE_SCHEMES);
});
