import { Controller, Delete, Get, Inject, Module, Param, type OnModuleInit } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../engine/problem.js';
import { ProblemsModule, validationPipe } from '../problems/index.js';
import { readSettings, SettingsModule } from '../settings/index.js';
import { createLogger, LOGGER, LoggingModule, RequestLog, requestIdOf } from './index.js';

@Controller('streams')
class StreamsController implements OnModuleInit {
  constructor(@Inject(RequestLog) private readonly requests: RequestLog) {}

  onModuleInit(): void {
    this.requests.leaveOut((address) => address.endsWith('.m3u8'));
  }

  @Get(':id')
  find(@Param('id') id: string): string {
    return id;
  }

  @Delete(':id')
  end(@Param('id') id: string): never {
    throw new Problem('stream-not-found', { streamId: id });
  }
}

@Module({ controllers: [StreamsController] })
class TryModule {}

describe('the log of requests', () => {
  const written: Record<string, unknown>[] = [];
  const settings = readSettings({});
  const log = createLogger(settings, { write: (line) => written.push(JSON.parse(line) as Record<string, unknown>) });
  let app: NestFastifyApplication;
  const api = () => request(app.getHttpServer());
  const lines = () => written.filter(({ msg }) => msg === 'request');

  beforeAll(async () => {
    const imports = [SettingsModule.with(settings), LoggingModule, ProblemsModule, TryModule];
    const module = await Test.createTestingModule({ imports }).overrideProvider(LOGGER).useValue(log).compile();
    app = module.createNestApplication(new FastifyAdapter({ genReqId: requestIdOf }), { logger: false });
    app.useGlobalPipes(validationPipe());
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  beforeEach(() => {
    log.level = 'info';
    written.length = 0;
  });
  afterAll(() => app.close());

  it('has a line for what changes something, with its route, its stream and what became of it', async () => {
    await api().delete('/streams/camera?key=hidden').set('X-Request-Id', 'deploy-7');
    expect(lines()).toEqual([
      expect.objectContaining({
        ...{ level: 30, request: 'deploy-7', method: 'DELETE', route: '/streams/:id', status: 404, stream: 'camera' },
        ms: expect.any(Number),
      }),
    ]);
    expect(JSON.stringify(lines())).not.toContain('hidden');
  });

  it('has a line for what only reads where somebody debugs', async () => {
    await api().get('/streams/camera');
    expect(lines()).toEqual([]);
    log.level = 'debug';
    await api().get('/streams/camera');
    expect(lines()).toMatchObject([{ level: 20, method: 'GET', status: 200 }]);
  });

  it('has none for what is left out of it, and gives that no id', async () => {
    log.level = 'debug';
    const answer = await api().get('/streams/playlist.m3u8').set('X-Request-Id', 'x');
    expect(lines()).toEqual([]);
    expect(answer.headers['x-request-id']).toBeUndefined();
  });

  it('names the request as its answer and its problem do', async () => {
    const given = await api().delete('/streams/camera').set('X-Request-Id', 'deploy-7');
    expect([given.headers['x-request-id'], (given.body as Record<string, unknown>)['request_id']]).toEqual([
      'deploy-7',
      'deploy-7',
    ]);
    const made = await api().delete('/streams/camera');
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines().at(-1)!['request']).toBe(made.headers['x-request-id']);
  });

  it.each(['', 'a b', 'a"b', '<script>', 'x'.repeat(65), 'é'])('takes no name like %j from a client', (name) => {
    expect(requestIdOf({ headers: { 'x-request-id': name } })).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('can be made to say more while the server runs, and less again', async () => {
    expect((await api().get('/log-level')).body).toEqual({ level: 'info' });
    await api().put('/log-level').send({ level: 'debug' }).expect(200, { level: 'debug' });
    await api().get('/streams/camera');
    expect(lines().at(-1)).toMatchObject({ method: 'GET', route: '/streams/:id' });
    expect(written.find(({ msg }) => msg === 'log level')).toMatchObject({ from: 'info', to: 'debug' });
    await api().put('/log-level').send({ level: 'silent' }).expect(200);
    expect(written.at(-1)).toMatchObject({ msg: 'log level', from: 'debug', to: 'silent' });
    await api().delete('/streams/camera');
    expect(written.at(-1)).toMatchObject({ msg: 'log level' });
  });

  it('says which levels there are to whoever asks for another one', async () => {
    const { status, body } = await api().put('/log-level').send({ level: 'loud' });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('must be one of trace, debug, info');
    expect(log.level).toBe('info');
  });
});
