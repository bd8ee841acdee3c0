/** Who may ask for what: tokens and their scopes, what is open to all, and what a foreign page may not do. */
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { hashToken, MetricsRegistry, newToken } from '../../src/platform/index.js';
import { startApplication } from '../support/application.js';
import { ask } from '../support/raw-http.js';

const TOKENS = { reader: newToken(), operator: newToken() };
const API_TOKENS = `grafana:read:${hashToken(TOKENS.reader)},anna:control:${hashToken(TOKENS.operator)}`;
const CAMERA = { stream_id: 'camera', source_url: 'rtmp://media.example.com/live/key' };

/** What the API description names that needs no token: what anybody may know, and what viewers are sent. */
const OPEN_ROUTES = /^\/(?:health|problems|time)(?:\/|$)|\.(?:m3u8|mpd)$|^\/streams\/\{id\}\/\{rendition\}\//;

type Application = Awaited<ReturnType<typeof startApplication>>;
let application: Application | undefined;
afterEach(async () => {
  await application?.remove();
  application = undefined;
});

async function server(env: Record<string, string> = { API_TOKENS }): Promise<Application> {
  application = await startApplication({ env });
  return application;
}

const bearer = (token: string) => `Bearer ${token}`;
const failures = async (app: Application, reason: string): Promise<number> => {
  const text = await app.app.get(MetricsRegistry).registry.getSingleMetricAsString('lockstep_auth_failures_total');
  return Number(new RegExp(`\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
};

describe('a server with tokens', () => {
  it('asks for one, and says how it is sent', async () => {
    const app = await server();
    const response = await request(app.server).get('/streams');
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="lockstep"');
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.body).toMatchObject({
      code: 'token-missing',
      remedy: expect.stringContaining('lockstep token new'),
    });
    expect(await failures(app, 'missing')).toBe(1);
  });

  it('takes a token in the header and nowhere else', async () => {
    const app = await server();
    const { reader } = TOKENS;
    for (const address of [`/streams?access_token=${reader}`, `/streams?token=${reader}`]) {
      expect((await request(app.server).get(address)).status).toBe(401);
    }
    const cookie = await request(app.server).get('/streams').set('cookie', `token=${reader}`);
    expect(cookie.body.code).toBe('token-missing');
    expect((await request(app.server).get('/streams').set('authorization', `bearer  ${reader}`)).status).toBe(200);
  });

  it.each([
    ['an unknown token', bearer(newToken())],
    ['the hash of one', bearer(hashToken(TOKENS.reader))],
    ['a short one', 'Bearer x'],
    ['another scheme', `Basic ${Buffer.from(`anna:${TOKENS.operator}`).toString('base64')}`],
    ['two of them', `Bearer ${TOKENS.reader} ${TOKENS.operator}`],
    ['nothing behind the scheme', 'Bearer'],
  ])('refuses %s', async (_, authorization) => {
    const app = await server();
    const response = await request(app.server).get('/streams').set('authorization', authorization);
    expect([response.status, response.body.code]).toEqual([401, 'token-refused']);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="lockstep", error="invalid_token"');
    expect(response.text).not.toContain(authorization.split(' ')[1] || 'Bearer ');
  });

  it('lets a reader look and change nothing', async () => {
    const app = await server();
    const asReader = { authorization: bearer(TOKENS.reader) };
    expect((await request(app.server).get('/streams').set(asReader)).body).toEqual([]);
    const start = await request(app.server).post('/streams').set(asReader).send(CAMERA);
    expect([start.status, start.body.code, start.body.needed]).toEqual([403, 'scope-missing', 'control']);
    expect(start.headers['www-authenticate']).toContain('error="insufficient_scope", scope="control"');
    expect(app.pipelines.started).toHaveLength(0);
    expect(await failures(app, 'scope')).toBe(1);
  });

  it('lets whoever has control start and stop', async () => {
    const app = await server();
    const asOperator = { authorization: bearer(TOKENS.operator) };
    expect((await request(app.server).post('/streams').set(asOperator).send(CAMERA)).status).toBe(201);
    expect((await request(app.server).delete('/streams/camera').set(asOperator)).status).toBe(200);
  });

  it('checks the token before it looks at the request', async () => {
    const app = await server();
    const response = await request(app.server).post('/streams').send({ stream_id: '../etc' });
    expect(response.status).toBe(401);
  });

  it('tells a client whose token it has', async () => {
    const app = await server();
    const whoami = (token: string) => request(app.server).get('/whoami').set('authorization', bearer(token));
    expect((await whoami(TOKENS.reader)).body).toEqual({ name: 'grafana', scope: 'read', tokens_required: true });
    expect((await whoami(TOKENS.operator)).body).toEqual({ name: 'anna', scope: 'control', tokens_required: true });
    expect((await whoami('x'.repeat(43))).body.code).toBe('token-refused');
    const { body } = await request(app.server).get('/whoami');
    expect(body).toEqual({ name: null, scope: null, tokens_required: true });
  });

  it.each(['/time', '/health/live', '/problems', '/problems/token-missing', '/docs', '/openapi.json'])(
    'answers %s to everybody',
    async (path) => {
      const app = await server();
      expect((await request(app.server).get(path)).status).toBe(200);
    },
  );

  it('plays to everybody', async () => {
    const app = await server();
    await request(app.server).post('/streams').set('authorization', bearer(TOKENS.operator)).send(CAMERA);
    const pipeline = app.pipelines.of('camera');
    pipeline.open();
    pipeline.publish(100);
    for (const path of ['playlist.m3u8', 'manifest.mpd', '480p/playlist.m3u8']) {
      expect((await request(app.server).get(`/streams/camera/${path}`)).status).toBe(200);
    }
    expect((await request(app.server).get('/streams/camera')).status).toBe(401);
  });

  it('keeps every other route of the API description behind a token', async () => {
    const app = await server();
    const { body } = await request(app.server).get('/openapi.json');
    const routes = Object.entries(body.paths as Record<string, Record<string, unknown>>)
      .filter(([path]) => !OPEN_ROUTES.test(path) && path !== '/whoami')
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method, path.replaceAll(/\{\w+\}/g, 'x')]));
    expect(routes.length).toBeGreaterThan(8);
    await app.app.listen(0, '127.0.0.1');
    const url = await app.app.getUrl();
    for (const [method, path] of routes) {
      const answer = await ask(url, path!, { method: method!.toUpperCase() });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  it('answers /metrics without one where METRICS_OPEN says so', async () => {
    expect((await request((await server()).server).get('/metrics')).status).toBe(401);
    await application?.remove();
    const open = await server({ API_TOKENS, METRICS_OPEN: 'true' });
    expect((await request(open.server).get('/metrics')).status).toBe(200);
    expect((await request(open.server).get('/streams')).status).toBe(401);
  });

  it('stops answering an address that shows wrong tokens, but not a client there with a right one', async () => {
    const app = await server();
    const wrong = () => request(app.server).get('/streams').set('authorization', bearer(newToken()));
    for (let attempt = 1; attempt <= 10; attempt++) expect((await wrong()).status).toBe(401);
    const eleventh = await wrong();
    expect([eleventh.status, eleventh.body.code, eleventh.headers['retry-after']]).toEqual([
      ...[429, 'too-many-requests', '6'],
    ]);
    expect((await request(app.server).get('/streams').set('authorization', bearer(TOKENS.reader))).status).toBe(200);
    app.clock.advance(6);
    expect((await wrong()).status).toBe(401);
    expect(await failures(app, 'refused')).toBe(12);
  });

  it('asks a page by any name, and from anywhere, for its token alone', async () => {
    const app = await server();
    const response = await request(app.server)
      .get('/streams')
      .set({ host: 'api.example.com', origin: 'https://app.example.com', authorization: bearer(TOKENS.reader) });
    expect(response.status).toBe(200);
  });
});

describe('a server without tokens', () => {
  it('lets everybody on this machine do everything', async () => {
    const app = await server({});
    expect((await request(app.server).post('/streams').send(CAMERA)).status).toBe(201);
    const { body } = await request(app.server).get('/whoami');
    expect(body).toEqual({ name: null, scope: 'control', tokens_required: false });
  });

  it('is not asked by a name that somebody else may have pointed here', async () => {
    const app = await server({});
    const ask = (host: string) => request(app.server).get('/streams').set('host', host);
    const rebound = await ask('evil.example:8083');
    expect([rebound.status, rebound.body.code, rebound.body.host]).toEqual([
      403,
      'host-not-allowed',
      'evil.example:8083',
    ]);
    expect((await ask('localhost:8083')).status).toBe(200);
    expect((await ask('lockstep:8083')).status).toBe(200);
    expect((await request(app.server).get('/health/live').set('host', 'evil.example')).status).toBe(200);
  });

  it('is asked by the names in ALLOWED_HOSTS, too', async () => {
    const app = await server({ ALLOWED_HOSTS: 'media.example.com, other.example.com' });
    expect((await request(app.server).get('/streams').set('host', 'other.example.com:8083')).status).toBe(200);
    expect((await request(app.server).get('/streams').set('host', 'example.com')).status).toBe(403);
  });

  it('obeys no page from elsewhere', async () => {
    const app = await server({});
    const start = (origin: string) => request(app.server).post('/streams').set('origin', origin).send(CAMERA);
    for (const origin of ['https://evil.example', 'http://127.0.0.1:3000', 'null']) {
      const response = await start(origin);
      expect([response.status, response.body.code]).toEqual([403, 'origin-not-allowed']);
    }
    expect(app.pipelines.started).toHaveLength(0);
  });

  it('obeys its own page', async () => {
    const app = await server({});
    await app.app.listen(0, '127.0.0.1');
    const url = await app.app.getUrl();
    const response = await fetch(`${url}/streams`, { headers: { origin: url } });
    expect(response.status).toBe(200);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp'])(
    'takes no %s, which a form of any page may send',
    async (type) => {
      const app = await server({});
      const response = await request(app.server)
        .post('/streams')
        .set('content-type', type)
        .send(JSON.stringify(CAMERA));
      expect([response.status, response.body.code]).toEqual([415, 'media-type-unsupported']);
      expect(app.pipelines.started).toHaveLength(0);
    },
  );
});
