/** Is the process up, and can it do its work? */
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { sql, type Kysely } from 'kysely';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DATABASE, type Database } from '../database/index.js';
import { SETTINGS, type Settings } from '../settings/index.js';
import { findFfmpeg } from './find-ffmpeg.js';

type Facts = Record<string, string>;

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATABASE) private readonly database: Kysely<Database>,
  ) {}

  @Get('live')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The process is up' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get(['', 'ready'])
  @HealthCheck()
  @ApiOperation({ summary: 'ffmpeg is there, the disk is writable, the database answers; 503 says what is not' })
  ready() {
    const { ffmpegPath, ffprobePath, outputDir, dataDir } = this.settings;
    return this.health.check([
      () => this.indicate('ffmpeg', 'Install ffmpeg 5.1 or newer, or set FFMPEG_PATH.', () => findFfmpeg(ffmpegPath)),
      () => this.indicate('ffprobe', 'It comes with ffmpeg; or set FFPROBE_PATH.', () => findFfmpeg(ffprobePath)),
      () => this.indicate('output_dir', 'Make OUTPUT_DIR writable, or free some space.', () => writable(outputDir)),
      () => this.indicate('data_dir', 'Make DATA_DIR writable, or free some space.', () => writable(dataDir)),
      () =>
        this.indicate('database', 'Look at DATA_DIR/lockstep.db.', () =>
          sql`select 1`.execute(this.database).then(() => ({})),
        ),
    ]);
  }

  private async indicate(key: string, remedy: string, check: () => Promise<Facts>): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(key);
    try {
      return indicator.up(await check());
    } catch (error) {
      return indicator.down({ reason: (error as Error).message, remedy });
    }
  }
}

/** Really writes: a full disk and a read-only mount look fine to any other question. */
async function writable(folder: string): Promise<Facts> {
  const probe = join(folder, `.lockstep-ready-${process.pid}`);
  await mkdir(folder, { recursive: true });
  await writeFile(probe, 'ready');
  await rm(probe);
  return {};
}
