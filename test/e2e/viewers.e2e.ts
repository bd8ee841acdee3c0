import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../support/application.js';

let application: TestApplication;
beforeEach(async () => {
  application = await startApplication();
});
afterEach(() => application.remove());

const api = () => request(application.server);
const viewers = async (id = 'camera') => (await api().get(`/streams/${id}/viewers`).expect(200)).body as unknown;
const watch = (path: string, userAgent: string, headers: Record<string, string> = {}) =>
  api()
    .get(`/streams/camera/${path}`)
    .set({ 'user-agent': userAgent, ...headers })
    .expect(200);

async function aStream(): Promise<void> {
  const source = { stream_id: 'camera', source_url: 'test:', qualities: ['480p', '360p'] };
  await api().post('/streams').send(source).expect(201);
}

async function aPlayingStream(): Promise<void> {
  await aStream();
  const pipeline = application.pipelines.of('camera');
  pipeline.open();
  pipeline.publish(100);
  pipeline.publish(101);
}

describe('viewers, counted by what this server answers itself', () => {
  it('are counted once each, by rendition and protocol, and forgotten after half a minute', async () => {
    await aPlayingStream();
    for (const path of ['playlist.m3u8', '480p/playlist.m3u8', 'audio/playlist.m3u8', '480p/100.m4s'])
      await watch(path, 'Safari');
    await watch('manifest.mpd', 'Television');
    expect(await viewers()).toMatchObject({
      stream_id: 'camera',
      viewers: {
        ...{ now: 2, protocols: { hls: 1, dash: 1 } },
        renditions: [
          { name: '480p', now: 1 },
          { name: 'audio', now: 1 },
        ],
      },
    });
    application.clock.advance(31);
    expect(await viewers()).toMatchObject({ viewers: { now: 0, renditions: [] } });
  });

  it('are those of an nginx in front of it by the address it tells', async () => {
    await aPlayingStream();
    for (const client of ['192.0.2.1', '192.0.2.2'])
      await watch('480p/playlist.m3u8', 'Safari', { 'x-forwarded-for': `198.51.100.1, ${client}` });
    expect(await viewers()).toMatchObject({ viewers: { now: 2 } });
  });

  it('tell how they fare where their players report it', async () => {
    await aPlayingStream();
    await watch(`480p/100.m4s?CMCD=${encodeURIComponent('bl=1500,br=1400,mtp=9000,bs')}`, 'Safari');
    expect(await viewers()).toMatchObject({
      viewers: {
        playback: { reporting: 1, buffer_seconds: 1.5, bitrate_kbps: 1400, throughput_kbps: 9000, starvations: 1 },
      },
    });
  });

  it('are none for who asked for what is not there', async () => {
    await aPlayingStream();
    await api().get('/streams/camera/480p/7.m4s').set('user-agent', 'Crawler').expect(404);
    await api().get('/streams/camera/4320p/playlist.m3u8').set('user-agent', 'Crawler').expect(404);
    expect(await viewers()).toMatchObject({ viewers: { now: 0 } });
    const text = (await api().get('/metrics')).text;
    expect(text).not.toContain('4320p');
    expect(text).toContain('lockstep_viewers{stream="camera",rendition="480p"} 0');
  });

  it('are added up over all streams', async () => {
    await aPlayingStream();
    await watch('480p/playlist.m3u8', 'Safari');
    expect((await api().get('/viewers').expect(200)).body).toMatchObject({
      ...{ window_seconds: 30, counted_by: 'server', total: 1 },
      streams: [{ stream_id: 'camera', viewers: { now: 1 } }],
    });
  });

  it('are null for a stream that is only starting, and a problem for none at all', async () => {
    await aStream();
    expect(await viewers()).toEqual({ stream_id: 'camera', viewers: null });
    const { status, body } = await api().get('/streams/nobody/viewers');
    expect([status, (body as { code: string }).code]).toEqual([404, 'stream-not-found']);
  });
});
