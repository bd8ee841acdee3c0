/** `lockstep` against the real API: every operation has a verb, every field an option, and the verbs do what they say. */
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockstep as tree } from '../../src/cli/program.js';
import { isPlayback, OPERATIONS, WITHOUT_A_VERB } from '../../src/cli/operations.js';
import { fieldsWithOptions } from '../../src/cli/spec-fields.js';
import { lockstepIn, type Outcome, type PretendShell } from '../../src/cli/testing.js';
import { startApplication } from '../support/application.js';

let application: Awaited<ReturnType<typeof startApplication>>;
let url: string;

beforeEach(async () => {
  application = await startApplication();
  await application.app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(application.server.address() as AddressInfo).port}`;
});
afterEach(() => application.remove());

const lockstep = (words: string | readonly string[], shell: PretendShell = {}): Promise<Outcome> =>
  lockstepIn(words, { ...shell, env: { LOCKSTEP_URL: url, ...shell.env } });
const json = async (words: string): Promise<Record<string, never>> => {
  const { code, out, err } = await lockstep(`${words} --json`);
  if (code !== 0) throw new Error(`lockstep ${words} ended with ${code}: ${err}`);
  return JSON.parse(out);
};

interface OpenApi {
  readonly paths: Record<
    string,
    Record<string, { requestBody?: { content: Record<string, { schema: { $ref: string } }> } }>
  >;
  readonly components: { readonly schemas: Record<string, { readonly properties: Record<string, unknown> }> };
}
const described = async (): Promise<OpenApi> => (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi;

describe('the verbs', () => {
  it('ask for every operation of the API, but for those that players ask for', async () => {
    const { paths } = await described();
    const operations = Object.entries(paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
      .filter((operation) => !isPlayback(operation) && !(operation in WITHOUT_A_VERB));
    expect(Object.keys(OPERATIONS).sort()).toEqual(operations.sort());
  });

  it('are those that the table of operations names', () => {
    const { program } = tree({ ...({} as Parameters<typeof tree>[0]), env: {} });
    const verbs = program.commands.flatMap((verb) => [
      verb.name(),
      ...verb.commands.map((inner) => `${verb.name()} ${inner.name()}`),
    ]);
    expect([...new Set(Object.values(OPERATIONS))].filter((verb) => !verbs.includes(verb))).toEqual([]);
  });

  it('have an option for every field of a stream', async () => {
    const { paths, components } = await described();
    const fieldsOf = (path: string, method: string): string[] => {
      const { $ref } = paths[path]![method]!.requestBody!.content['application/json']!.schema;
      return Object.keys(components.schemas[$ref.split('/').at(-1)!]!.properties);
    };
    const given = (...others: string[]) => [...others, 'source_url', 'source_urls'];
    expect([...fieldsWithOptions('all'), ...given('stream_id')].sort()).toEqual(fieldsOf('/streams', 'post').sort());
    expect([...fieldsWithOptions('live'), ...given()].sort()).toEqual(fieldsOf('/streams/{id}', 'patch').sort());
  });
});

describe('a day at the shell', () => {
  it('starts, lists, changes, watches and stops a stream', async () => {
    expect(
      await json('start camera rtmp://media.example.com/live/key -q 720p --title Final --label event=final'),
    ).toMatchObject({
      ...{ stream_id: 'camera', status: 'starting', title: 'Final', labels: { event: 'final' } },
    });
    expect(
      (await lockstep('start camera rtmp://media.example.com/live/key -q 720p --title Final --label event=final')).out,
    ).toMatch(/^camera was running already/);
    expect(await lockstep('start camera test:')).toMatchObject({
      code: 1,
      err: expect.stringContaining('runs already'),
    });
    application.pipelines.of('camera').open();
    expect((await lockstep('list --label event=final')).out).toMatch(/^ID .*\ncamera /);
    expect((await lockstep('list --label event=other')).out).toBe('no streams\n');
    expect(await json('update camera --title Semifinal --keep')).toMatchObject({
      title: 'Semifinal',
      stale_after: null,
    });
    expect(await json('heartbeat camera')).toMatchObject({ status: 'ok' });
    expect(await json('source camera 0')).toMatchObject({ stream_id: 'camera' });
    expect(application.pipelines.of('camera').wanted).toBe(0);
    expect((await lockstep('explain camera')).out).toMatch(/^camera: /);
    expect((await lockstep('events camera --no-follow')).out).toMatch(/camera {2}started/);
    expect((await lockstep('viewers')).code).toBe(0);
    expect((await lockstep('viewers camera')).code).toBe(0);
    expect((await lockstep('thumbnail camera')).code).toBe(1);
    expect((await lockstep('stop camera')).out).toBe('stopped camera\n');
    expect(await lockstep('info nobody')).toMatchObject({ code: 1, err: expect.stringContaining('nobody') });
  });

  it('asks the server about itself', async () => {
    expect((await lockstep('ladder')).out).toMatch(/^NAME .*\n1080p /);
    expect((await lockstep('start x test: --dry-run')).out).toMatch(/^(?:fits|does not fit): it needs [\d.]+ cores/);
    expect((await lockstep('capacity')).out).toMatch(/core.*free/);
    expect((await lockstep('health')).out).toMatch(/^ok\n.*CHECK/);
    expect((await lockstep('whoami')).out).toMatch(/no token/);
    expect((await lockstep('problems')).out).toMatch(/stream-not-found/);
    expect((await lockstep('problems stream-not-found')).out).toMatch(/^stream-not-found \(404\): /);
    expect((await lockstep('log-level')).out).toBe('silent\n');
    expect((await lockstep('log-level error')).out).toBe('error\n');
    expect((await lockstep('metrics')).out).toMatch(/^# HELP /);
    expect((await lockstep('webhooks list')).out).toBe('no deliveries\n');
    expect((await lockstep('webhooks show nothing')).code).toBe(1);
  });

  it('names every field that is wrong', async () => {
    const { code, err } = await lockstep('start bad.id gopher://host --give-up-after 0');
    expect([
      code,
      err
        .split('\n')
        .filter((line) => line.startsWith('  '))
        .map((line) => line.trim().split(':')[0]),
    ]).toEqual([1, ['stream_id', 'source_url', 'give_up_after']]);
  });
});

describe('a token', () => {
  it('is needed where the server has some, and says who asks', async () => {
    const { token, entry } = JSON.parse((await lockstep('token new grafana --scope read --json')).out) as Record<
      string,
      string
    >;
    await application.remove();
    application = await startApplication({ env: { API_TOKENS: entry! } });
    await application.app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(application.server.address() as AddressInfo).port}`;
    expect(await lockstep('list')).toMatchObject({ code: 4, err: expect.stringContaining('token') });
    const env = { LOCKSTEP_TOKEN: token! };
    expect((await lockstep('whoami', { env })).out).toBe('grafana, who may read\n');
    expect(await lockstep('stop camera', { env })).toMatchObject({ code: 4, err: expect.stringContaining('control') });
  });
});
