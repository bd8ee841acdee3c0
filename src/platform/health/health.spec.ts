import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { pino } from 'pino';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLOCK, ClockModule } from '../clock.js';
import { DatabaseModule } from '../database/index.js';
import { LOGGER, LoggingModule } from '../logging/index.js';
import { ProblemsModule } from '../problems/index.js';
import { readSettings, SettingsModule, type Environment } from '../settings/index.js';
import { checkFolder } from './check-folder.js';
import { HealthModule } from './index.js';

const FFMPEG = 'ffmpeg version 7.1 Copyright (c) the FFmpeg developers';

describe('the health of the server', () => {
  let folder: string;
  let app: NestFastifyApplication | undefined;
  let logged: string[];
  const clock = { nowMs: 0, now: () => clock.nowMs };

  /** A program that prints a text, and a mark into `calls` for every time it is run. */
  const aProgram = async (text: string): Promise<string> => {
    const path = join(folder, 'ffmpeg');
    await writeFile(path, `#!/bin/sh\nprintf x >> '${folder}/calls'\nprintf '%s\\n' '${text}'\n`, { mode: 0o755 });
    return path;
  };
  const aServer = async (env: Environment = {}) => {
    const program = await aProgram(FFMPEG);
    const settings = readSettings({
      ...{ FFMPEG_PATH: program, FFPROBE_PATH: program, ...env },
      ...{ OUTPUT_DIR: join(folder, 'streams'), DATA_DIR: join(folder, 'data') },
    });
    const platform = [ClockModule, LoggingModule, ProblemsModule, DatabaseModule.inMemory(), HealthModule];
    const module = await Test.createTestingModule({ imports: [SettingsModule.with(settings), ...platform] })
      .overrideProvider(CLOCK)
      .useValue(clock)
      .overrideProvider(LOGGER)
      .useValue(pino({ base: null }, { write: (line) => void logged.push(line) }))
      .compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return request(app.getHttpServer());
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-health-'));
    logged = [];
    clock.nowMs = 0;
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  it('is ready when the programs, the folders and the database are', async () => {
    const answer = await (await aServer()).get('/health/ready');
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toMatch(/no-store/);
    expect(answer.body).toMatchObject({
      status: 'ok',
      info: {
        ffmpeg: { status: 'up', version: '7.1' },
        ffprobe: { status: 'up', version: '7.1' },
        output_dir: { status: 'up', free_mb: expect.any(Number) },
        data_dir: { status: 'up' },
        database: { status: 'up' },
      },
    });
    expect(await readdir(join(folder, 'streams'))).toEqual([]);
  });

  it('tells everything that is missing at once, why, and what to do about it', async () => {
    const api = await aServer({ FFMPEG_PATH: join(folder, 'none') });
    await writeFile(join(folder, 'streams'), 'a file where the folder should be');
    const answer = await api.get('/health/ready');
    expect(answer.status).toBe(503);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'not-ready', info: { ffprobe: { status: 'up' } } });
    expect(answer.body.error).toEqual({
      ffmpeg: {
        ...{ status: 'down', reason: expect.stringContaining('there is no such program') },
        remedy: 'Install ffmpeg 5.1 or later, or set FFMPEG_PATH.',
      },
      output_dir: {
        ...{ status: 'down', reason: expect.stringContaining('EEXIST') },
        remedy: 'Make the folder OUTPUT_DIR names writable, and see that its disk has room.',
      },
    });
  });

  it('stays alive when it is not ready', async () => {
    const api = await aServer({ FFMPEG_PATH: join(folder, 'none') });
    expect((await api.get('/health/live')).body).toEqual({ status: 'ok' });
    expect((await api.get('/health')).status).toBe(503);
  });

  it('logs when it stops being ready and when it is again, not every probe', async () => {
    const api = await aServer();
    await writeFile(join(folder, 'streams'), 'in the way');
    await api.get('/health/ready');
    await api.get('/health/ready');
    await rm(join(folder, 'streams'));
    await api.get('/health/ready');
    await api.get('/health/ready');
    expect(logged.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ check: 'output_dir', msg: 'not ready' }),
      expect.objectContaining({ check: 'output_dir', msg: 'ready again' }),
    ]);
  });

  it('starts ffmpeg anew only some seconds after the last probe', async () => {
    const calls = async (): Promise<number> => (await readFile(join(folder, 'calls'), 'utf8')).length;
    const api = await aServer();
    await api.get('/health/ready');
    await api.get('/health/ready');
    // ffmpeg and ffprobe are one program here.
    expect(await calls()).toBe(1);
    clock.nowMs += 10_000;
    await api.get('/health/ready');
    expect(await calls()).toBe(2);
  });

  it('counts a disk that is nearly full as not writable', async () => {
    await expect(checkFolder(join(folder, 'streams'), 1e12)).rejects.toThrow(/has \d+ MB free, at least/);
  });
});
