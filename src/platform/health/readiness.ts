/** What the server needs to do its work, looked at one by one. */
import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { sql, type Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Clock } from '../../engine/clock.js';
import { CLOCK } from '../clock.js';
import { DATABASE, type Database } from '../database/index.js';
import { LOGGER } from '../logging/index.js';
import { findFfmpeg } from '../programs/index.js';
import { SETTINGS, type Settings } from '../settings/index.js';
import { checkFolder } from './check-folder.js';

type Facts = Readonly<Record<string, string | number>>;
type Finding = { readonly up: true; readonly facts: Facts } | { readonly up: false; readonly reason: string };

/** Probes come every few seconds, and starting a program costs tens of milliseconds of processor time. */
const PROGRAM_KEPT_MS = 10_000;

@Injectable()
export class Readiness {
  private readonly programs = new Map<string, { readonly untilMs: number; readonly finding: Promise<Finding> }>();
  private readonly down = new Set<string>();

  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATABASE) private readonly database: Kysely<Database>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** For terminus, which runs them all, also when one fails. */
  checks(): (() => Promise<HealthIndicatorResult>)[] {
    const { ffmpegPath, ffprobePath, outputDir, dataDir, diskReserve } = this.settings;
    const noRoom = (name: string): string => `Make the folder ${name} names writable, and see that its disk has room.`;
    return [
      () => this.indicate('ffmpeg', 'Install ffmpeg 5.1 or later, or set FFMPEG_PATH.', this.program(ffmpegPath)),
      () => this.indicate('ffprobe', 'It comes with ffmpeg; or set FFPROBE_PATH.', this.program(ffprobePath)),
      () =>
        this.indicate(
          'output_dir',
          noRoom('OUTPUT_DIR'),
          find(() => checkFolder(outputDir, diskReserve)),
        ),
      () =>
        this.indicate(
          'data_dir',
          noRoom('DATA_DIR'),
          find(() => checkFolder(dataDir)),
        ),
      () =>
        this.indicate(
          'database',
          'Look at lockstep.db in DATA_DIR.',
          find(() => this.askDatabase()),
        ),
    ];
  }

  private async indicate(name: string, remedy: string, looking: Promise<Finding>): Promise<HealthIndicatorResult> {
    const finding = await looking;
    this.tellChange(name, finding);
    const indicator = this.indicators.check(name);
    return finding.up ? indicator.up(finding.facts) : indicator.down({ reason: finding.reason, remedy });
  }

  /** The log has a line when a check fails and one when it holds again, not one for every probe in between. */
  private tellChange(check: string, finding: Finding): void {
    if (finding.up && this.down.delete(check)) this.log.info({ check, ...finding.facts }, 'ready again');
    if (finding.up || this.down.has(check)) return;
    this.down.add(check);
    this.log.warn({ check, reason: finding.reason }, 'not ready');
  }

  private program(path: string): Promise<Finding> {
    const nowMs = this.clock.now();
    const kept = this.programs.get(path);
    if (kept && nowMs < kept.untilMs) return kept.finding;
    const finding = find(async () => ({ version: (await findFfmpeg(path)).version }));
    this.programs.set(path, { untilMs: nowMs + PROGRAM_KEPT_MS, finding });
    return finding;
  }

  private async askDatabase(): Promise<Facts> {
    await sql`select 1`.execute(this.database);
    return {};
  }
}

/** What a look gives, or why it failed. Never rejects. */
async function find(look: () => Promise<Facts>): Promise<Finding> {
  try {
    return { up: true, facts: await look() };
  } catch (error) {
    return { up: false, reason: (error as Error).message };
  }
}
