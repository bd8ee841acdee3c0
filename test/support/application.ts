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
import { SOURCE_LOOKUP, START_PIPELINE, StreamsService } from '../../src/streams/index.js';
import { WEBHOOK_LOOKUP } from '../../src/platform/webhooks/index.js';
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
  /** Whom names of sources and of webhooks stand for; without it sources are public, and webhooks as the system says. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
  /** Sees the application before it has a single route. */
  readonly beforeRoutes?: (app: NestFastifyApplication) => void;
}

export async function startApplication(
  options: TestApplicationOptions = {},
): Promise<TestApplication & { folder: string }> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'lockstep-e2e-')));
  const settings = readSettings({
    ...{ OUTPUT_DIR: join(folder, 'streams'), DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' },
    // Pipelines are scripted: they cost nothing, and there is nothing to measure.
    ADMISSION: 'off',
    // The clock stands still, and with it the refilling of what a client may ask for.
    WRITE_RATE_LIMIT: '0',
    SOURCE_ALLOWED_ADDRESSES: '127.0.0.0/8,::1',
    ...options.env,
  });
  const clock = options.clock ?? new ManualClock();
  const pipelines = scriptedPipelines();
  const builder = Test.createTestingModule({ imports: [AppModule.with(settings)] })
    .overrideProvider(START_PIPELINE)
    .useValue(pipelines.start)
    .overrideProvider(SOURCE_LOOKUP)
    .useValue(options.lookup ?? (() => Promise.resolve(['93.184.216.34'])))
    .overrideProvider(CLOCK)
    .useValue(clock);
  if (options.lookup) builder.overrideProvider(WEBHOOK_LOOKUP).useValue(options.lookup);
  const module = await builder.compile();
  const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(settings), { logger: false });
  options.beforeRoutes?.(app);
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
