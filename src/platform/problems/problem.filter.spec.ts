import {
  BadRequestException,
  Body,
  Controller,
  ForbiddenException,
  Get,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Res,
  ServiceUnavailableException,
  type LoggerService,
} from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Type } from 'class-transformer';
import { IsIn, IsString, Matches, ValidateNested } from 'class-validator';
import type { FastifyReply } from 'fastify';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../engine/problem.js';
import { ProblemsModule, validationPipe } from './index.js';

class Backup {
  @IsString()
  source_url!: string;
}

class NewStream {
  @Matches(/^[a-z]+$/, { message: 'must be small letters' })
  stream_id!: string;

  @IsIn(['720p', '480p'], { each: true })
  qualities!: string[];

  @ValidateNested()
  @Type(() => Backup)
  backup!: Backup;
}

@Controller('try')
class TryController {
  @Post()
  create(@Body() stream: NewStream): NewStream {
    return stream;
  }

  @Get('number/:value')
  number(@Param('value', ParseIntPipe) value: number): number {
    return value;
  }

  @Get('throw/:what')
  throw(@Param('what') what: string): never {
    const thrown: Record<string, unknown> = {
      problem: new Problem('quality-unknown', { unknown: ['8k'], allowed: ['720p', 'audio'] }),
      late: new Problem('delivery-timed-out'),
      bug: new TypeError('cannot read the secret plan'),
      text: 'just a text',
      bad: new BadRequestException('no'),
      forbidden: new ForbiddenException('not from here'),
      unready: new ServiceUnavailableException({
        status: 'error',
        message: 'not yet',
        details: { disk: { status: 'down' } },
      }),
    };
    throw thrown[what];
  }

  @Get('half')
  half(@Res() reply: FastifyReply): never {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-length': 100 });
    reply.raw.write('half');
    throw new Error('the encoder died');
  }
}

@Module({ imports: [ProblemsModule], controllers: [TryController] })
class TryModule {}

describe('answers to what goes wrong', () => {
  let app: NestFastifyApplication;
  const logged: unknown[][] = [];
  const note = (...said: unknown[]): void => void logged.push(said);
  const quiet = (): void => undefined;
  const logger: LoggerService = { log: quiet, error: note, warn: note };
  const api = () => request(app.getHttpServer());

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [TryModule] }).compile();
    app = module.createNestApplication(new FastifyAdapter({ bodyLimit: 2000 }), { logger });
    app.useGlobalPipes(validationPipe());
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  beforeEach(() => void logged.splice(0));
  afterAll(() => app.close());

  it('a problem is told with its facts as problem+json that any page may read and no cache keeps', async () => {
    const answer = await api().get('/try/throw/problem?x=1');
    expect(answer.status).toBe(400);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
    });
    expect(answer.body).toMatchObject({
      type: '/problems/quality-unknown',
      code: 'quality-unknown',
      instance: '/try/throw/problem',
      unknown: ['8k'],
      allowed: ['720p', 'audio'],
    });
    expect(logged).toEqual([]);
  });

  it('every wrong field of a body is named with what is allowed', async () => {
    const answer = await api()
      .post('/try')
      .send({ stream_id: 'A!', qualities: ['8k'], backup: { source_url: 3 }, bitrate: 5, passphrase: 'hidden' });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('request-invalid');
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { field: 'stream_id', message: 'must be small letters', value: 'A!' },
        { field: 'qualities', message: 'each value in qualities must be one of the following values: 720p, 480p' },
        { field: 'backup.source_url', message: 'source_url must be a string', value: 3 },
        { field: 'bitrate', message: 'is not a field of this request; remove it', value: 5 },
        { field: 'passphrase', message: 'is not a field of this request; remove it' },
      ]),
    );
  });

  it.each([
    ['broken JSON', '{"stream_id": ', 'application/json', 400, 'body-unreadable'],
    ['an empty body', '', 'application/json', 400, 'body-unreadable'],
    ['a body that is too large', JSON.stringify('x'.repeat(3000)), 'application/json', 413, 'body-too-large'],
    ['XML', '<stream/>', 'application/xml', 415, 'media-type-unsupported'],
  ])('%s is refused in the same form', async (_what, body, type, status, code) => {
    const answer = await api().post('/try').set('content-type', type).send(body);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ code, status, instance: '/try' });
  });

  it('an unknown address is a problem too', async () => {
    const answer = await api().get('/nowhere');
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status: 404, code: 'route-not-found', instance: '/nowhere' });
  });

  it.each([
    ['number/x', 400, 'request-refused', 'Validation failed (numeric string is expected)'],
    ['throw/bad', 400, 'request-refused', 'no'],
    ['throw/forbidden', 403, 'access-denied', 'not from here'],
  ])('what Nest refuses at %s keeps its words', async (path, status, code, detail) => {
    const answer = await api().get(`/try/${path}`);
    expect(answer.body).toMatchObject({ status, code, detail });
    expect(answer.body).not.toHaveProperty('statusCode');
    expect(answer.body).not.toHaveProperty('error');
  });

  it('findings of a health check are passed on', async () => {
    const answer = await api().get('/try/throw/unready');
    expect(answer.body).toMatchObject({ status: 503, code: 'not-ready', details: { disk: { status: 'down' } } });
  });

  it('a request that may be repeated says when', async () => {
    const answer = await api().get('/try/throw/late');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
  });

  it.each(['bug', 'text'])('a mistake of ours (%s) is logged once and not shown', async (what) => {
    const answer = await api().get(`/try/throw/${what}`);
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ code: 'internal', detail: 'The cause is in the log.' });
    expect(answer.text).not.toMatch(/secret|just a text/);
    expect(logged).toHaveLength(1);
    expect(logged[0]![0]).toBe(`GET /try/throw/${what}: internal`);
  });

  it('an answer that failed half-way is cut off, not ended', async () => {
    await expect(api().get('/try/half')).rejects.toThrow(/aborted|hang up|reset/);
    expect(logged).toHaveLength(1);
  });

  it('the type of a problem can be fetched', async () => {
    const { body } = await api().get('/try/throw/problem');
    const answer = await api().get(body.type as string);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ code: 'quality-unknown', status: 400, remedy: body.remedy });
  });

  it('all problems are listed, and an unknown one is not found', async () => {
    const list = await api().get('/problems');
    expect(list.body.map(({ code }: { code: string }) => code)).toContain('body-too-large');
    expect((await api().get('/problems/toString')).status).toBe(404);
  });
});
