/** The API's description of itself: valid, whole, and true to the routes there are. */
import { Validator } from '@seriousme/openapi-schema-validator';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_FACES, TOLD_ELSEWHERE } from '../../src/platform/index.js';
import { startApplication } from '../support/application.js';
import { apiOperations, type ApiOperation } from '../support/api-operations.js';

let application: Awaited<ReturnType<typeof startApplication>>;
let document: OpenAPIObject;
let operations: ApiOperation[];
/** As Fastify has them. */
const routes = new Set<string>();

/** What the server shows to people: the console, the player page, and the description itself. */
const PAGES = /^GET \/($|player\/|docs|openapi\.json|assets\/|static\/)/;

beforeAll(async () => {
  application = await startApplication({
    beforeRoutes: (app) =>
      app
        .getHttpAdapter()
        .getInstance()
        .addHook('onRoute', ({ method, url }) => {
          for (const one of [method].flat()) routes.add(`${one} ${url}`);
        }),
  });
  document = (await request(application.server).get('/openapi.json')).body as OpenAPIObject;
  operations = apiOperations(document);
});
afterAll(() => application.remove());

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1 of the version that runs', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
  });

  it('has every route of the server', () => {
    const described = new Set(operations.map(({ name }) => name));
    const asked = [...routes].filter((route) => !/^(HEAD|OPTIONS) /.test(route) && !PAGES.test(route));
    const missing = asked.map((route) => route.replaceAll(/:(\w+)/g, '{$1}')).filter((route) => !described.has(route));
    expect(missing).toEqual([]);
    expect(asked.length).toBeGreaterThan(20);
  });

  it('has no word of OpenAPI 3.0 that 3.1 does not know', () => {
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  it('says of every operation what it is for, and of every parameter what may be given', () => {
    const silent = operations.filter(({ operation }) => !operation.summary || !operation.tags?.length);
    expect(silent.map(({ name }) => name)).toEqual([]);
    const bare = operations.flatMap(({ name, operation }) =>
      (operation.parameters ?? []).filter(({ schema }) => !schema).map((parameter) => `${name} ${parameter.name}`),
    );
    expect(bare).toEqual([]);
  });

  it('shows an example of every body, and each is what its schema allows', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'document', components: document.components });
    const wrong = operations.flatMap(({ name, bodies }) =>
      bodies.flatMap(({ where, type, media }) => {
        if (media.schema && 'format' in media.schema && media.schema.format === 'binary') return [];
        const examples = [media.example, ...Object.values(media.examples ?? {}).map(({ value }) => value)];
        const given = examples.filter((example) => example !== undefined);
        if (given.length === 0) return [`${name} ${where} ${type}: no example`];
        const schema = JSON.parse(JSON.stringify(media.schema ?? {}).replaceAll('"#/', '"document#/')) as object;
        const check = ajv.compile(schema);
        return given
          .filter((example) => !check(example))
          .map(() => `${name} ${where}: ${ajv.errorsText(check.errors)}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('leaves no text of an example to be guessed', () => {
    const guessed = operations.flatMap(({ name, bodies }) =>
      bodies
        .filter(({ media }) => JSON.stringify(media.example ?? {}).includes('"…"'))
        .map(({ where }) => `${name} ${where}`),
    );
    expect(guessed).toEqual([]);
  });

  it('names every problem where it can be answered, and knows where the others are told', () => {
    const answered = new Set(operations.flatMap(({ problems }) => problems));
    expect([...answered].filter((code) => !Object.hasOwn(ALL_FACES, code))).toEqual([]);
    const others = Object.keys(ALL_FACES).filter((code) => !answered.has(code));
    expect(others.sort()).toEqual(Object.keys(TOLD_ELSEWHERE).sort());
  });

  it('asks for a token everywhere but where everybody may look', () => {
    const open = operations.filter(({ operation }) => operation.security?.length === 0).map(({ name }) => name);
    expect(
      open.every((name) => /^GET \/(health|problems|time|streams\/\{id\}\/(playlist|manifest|\{))/.test(name)),
    ).toBe(true);
    expect(open).toContain('GET /health/ready');
    expect(document.security).toEqual([{ bearer: [] }]);
    expect(document.components!.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
  });
});
