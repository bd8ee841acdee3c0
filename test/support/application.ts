/** The whole application in this process, with scripted pipelines and a clock that stands still. */
import { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppModule } from '../../src/app.module.js';
import { configure, httpAdapter } from '../../src/application.js';
import { Catalogue } from '../../src/origin/index.js';
import { CLOCK, readSettings, type Settings } from '../../src/platform/index.js';
import { START_PIPELINE, StreamsService } from '../../src/streams/index.js';
import { ManualClock } from './manual-clock.js';
import { scriptedPipelines } from './scripted-pipeline.js';

export interface TestApplication {
  readonly app: NestFastifyApplication;
  readonly server: ReturnType<NestFastifyApplication['getHttpServer']>;
  readonly clock: ManualClock;
  readonly pipelines: ReturnType<typeof scriptedPipelines>;
  readonly streams: StreamsService;
  readonly settings: Settings;
  readonly catalogue: Catalogue;
  /** Closes it; its folders stay for another life. */
  close(): Promise<void>;
  /** Closes it and removes its folders. */
  remove(): Promise<void>;
}

export interface TestApplicationOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of an earlier life. */
  readonly folder?: string;
  readonly clock?: ManualClock;
}

export async function startApplication(
  options: TestApplicationOptions = {},
): Promise<TestApplication & { folder: string }> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'lockstep-e2e-')));
  const settings = readSettings({
    ...{ OUTPUT_DIR: join(folder, 'streams'), DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' },
    // Pipelines are scripted: they cost nothing, and there is nothing to measure.
    ADMISSION: 'off',
    ...options.env,
  });
  const clock = options.clock ?? new ManualClock();
  const pipelines = scriptedPipelines();
  const module = await Test.createTestingModule({ imports: [AppModule.with(settings)] })
    .overrideProvider(START_PIPELINE)
    .useValue(pipelines.start)
    .overrideProvider(CLOCK)
    .useValue(clock)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(), { logger: false });
  await configure(app, settings);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const close = (): Promise<void> => app.close();
  return {
    ...{
      app,
      clock,
      pipelines,
      settings,
      folder,
      close,
      server: app.getHttpServer(),
      streams: app.get(StreamsService),
      catalogue: app.get(Catalogue),
    },
    async remove() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
