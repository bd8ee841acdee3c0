/**
 * The whole API, as its own description lists it, under attack: hostile ids, queries, headers, bodies and source URLs. The
 * server may refuse anything; it may not break, hang, start what is not allowed, or touch what is not its own.
 */
import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ffmpegArguments, parseSource, tapCommand } from '../../src/engine/ffmpeg/index.js';
import { apiOperations, type ApiOperation } from '../support/api-operations.js';
import { startApplication } from '../support/application.js';
import { INNER_HOSTS } from './hostile.js';
import { requestFor } from './requests.js';
import { send, type WireAnswer, type WireRequest } from './wire.js';

const BATCHES = 400;
const AT_ONCE = 10;
/** 503 is said on purpose only: not yet, not at once, not now. */
const DOCUMENTED_503 = /"(stream-starting|delivery-timed-out|capacity-exceeded|server-stopping|source-given-up)"/;
const CANARY = 'this file is not below MEDIA_ROOT';

let application: Awaited<ReturnType<typeof startApplication>>;
let port: number;
let folder: string;
let operations: ApiOperation[];
let document: OpenAPIObject;
const seen = { started: 0, codes: new Map<string, number>() };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-fuzz-'));
  const media = join(folder, 'media');
  await mkdir(media);
  await writeFile(join(folder, 'canary'), CANARY);
  await writeFile(join(media, 'film.mp4'), 'a film');
  await symlink('../canary', join(media, 'link'));
  application = await startApplication({
    // Only public addresses, and no name has one: nothing here ever leaves this machine.
    env: { MEDIA_ROOT: media, SOURCE_ALLOWED_ADDRESSES: '' },
    lookup: (host) => (/^localhost\.?$/i.test(host) ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error(host))),
  });
  await application.app.listen(0, '127.0.0.1');
  port = Number(new URL(await application.app.getUrl()).port);
  document = JSON.parse((await ask('GET', '/openapi.json')).body) as OpenAPIObject;
  // A calibration really encodes, for a quarter of a minute.
  operations = apiOperations(document).filter(({ path }) => path !== '/capacity/calibrate');
  await ask('POST', '/streams', { stream_id: 'demo', source_url: 'test:', qualities: ['360p'], stale_after: null });
  application.pipelines.of('demo').open();
  application.pipelines.of('demo').publish(100);
}, 60_000);
afterAll(async () => {
  await application?.remove();
  await rm(folder, { recursive: true, force: true });
});

const ask = (method: string, path: string, body?: object): Promise<WireAnswer> =>
  send(port, { method, path, headers: { 'content-type': 'application/json' }, body: body ? JSON.stringify(body) : '' });

/** Held on purpose, until there is something to play or to tell. */
const mayBeHeld = ({ path }: WireRequest): boolean => /wait=playable|\.(m3u8|mpd|m4s|mp4|ts)|events/.test(path);

function expectHarmless(request: WireRequest, { status, body }: WireAnswer): void {
  if (status === 0 && mayBeHeld(request)) return;
  const code = /"code":"([a-z-]+)"/.exec(body)?.[1] ?? `${status}`;
  seen.codes.set(code, (seen.codes.get(code) ?? 0) + 1);
  const told = `${request.method} ${request.path.slice(0, 300)} ${request.body.slice(0, 600)} → ${status} ${body.slice(0, 300)}`;
  expect((status >= 200 && status < 500) || (status === 503 && DOCUMENTED_503.test(body)), told).toBe(true);
  expect(body.includes(CANARY) || body.includes('root:x:0:0'), told).toBe(false);
}

/** What was started is what anybody may start. */
function expectAllowed(): void {
  for (const { spec } of application.pipelines.started) {
    seen.started += 1;
    expect(spec.streamId).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
    expect(spec.folder).toBe(join(application.settings.outputDir, spec.streamId));
    spec.sourceUrls.forEach(expectAllowedSource);
  }
}

function expectAllowedSource(url: string): void {
  expect(url).toMatch(/^(?:(?:rtmps?|rtsps?|srt|udp|rtp|tcp|https?):\/\/|test:|file:\/\/)[\x21-\u{10ffff}]*$/iu);
  if (/^test:/i.test(url)) return;
  if (/^file:/i.test(url)) expect(new URL(url).pathname).toBe(join(folder, 'media', 'film.mp4'));
  const host = /^[^/]*\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^:/?#]*)/.exec(url)![1]!;
  expect(INNER_HOSTS).not.toContain(host);
  const args = ffmpegArguments(tapCommand(parseSource(url, 10)));
  expect(args.filter((argument) => argument === '-i')).toHaveLength(1);
  expect(args[args.indexOf('-i') + 1]).toMatch(/^[a-z]+:\/\//i);
}

/** Everything but `demo` is ended, so that the next batch meets no more than a few. */
async function tidy(): Promise<void> {
  application.pipelines.started.splice(0);
  for (const { id } of application.streams.list()) if (id !== 'demo') await application.streams.stop(id);
}

async function expectUntouched(): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual(['canary', 'media']);
  expect((await readdir(join(folder, 'media'))).sort()).toEqual(['film.mp4', 'link']);
  expect(await readFile(join(folder, 'canary'), 'utf8')).toBe(CANARY);
  expect((await readdir(application.folder)).sort()).toEqual(['data', 'streams']);
  const streams = await readdir(application.settings.outputDir);
  expect(streams.filter((name) => !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name))).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

/** A counterexample is long; its seed and what went wrong are enough to find it again. */
function tellBriefly({
  failed,
  seed,
  counterexamplePath,
  errorInstance,
}: fc.RunDetails<[WireRequest[]]>): Promise<void> {
  if (!failed) return Promise.resolve();
  const { message = '' } = (errorInstance ?? {}) as Error;
  return Promise.reject(new Error(`seed ${seed}, path ${counterexamplePath}: ${message.slice(0, 2_000)}`));
}

it(
  'stands whatever is sent to it: no error of its own, nothing started or read that is not allowed',
  { timeout: 120_000 },
  async () => {
    const starts = operations.filter(({ name }) => name === 'POST /streams' || name === 'PATCH /streams/{id}');
    // Half of it where sources are named.
    const some = fc
      .oneof(fc.constantFrom(...operations), fc.constantFrom(...starts))
      .chain((operation) => requestFor(operation, document));
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (requests) => {
        const answers = await Promise.all(requests.map((request) => send(port, request)));
        requests.forEach((request, index) => expectHarmless(request, answers[index]!));
        expectAllowed();
        await tidy();
      }),
      { numRuns: BATCHES, endOnFailure: true, asyncReporter: tellBriefly },
    );
    await expectUntouched();
    expect((await ask('GET', '/health/live')).status).toBe(200);
    // It came as far as it was meant to.
    expect(seen.started).toBeGreaterThan(20);
    const met = ['request-invalid', 'source-address-not-allowed', 'source-file-not-allowed', 'stream-not-found'];
    expect(met.filter((code) => (seen.codes.get(code) ?? 0) < 5)).toEqual([]);
  },
);

it.each(['rtmp://media.example.com/live/key', 'http://93.184.216.34/a.m3u8'])(
  'and what is allowed is still let in: %s',
  async (source_url) => {
    expect((await ask('POST', '/streams', { stream_id: 'welcome', source_url })).status).toBe(201);
    await application.streams.stop('welcome');
  },
);
