/** What this machine is known to be able to do: measured once, kept in DATA_DIR, measured again on demand. */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { builtInCosts, calibrate, coresAvailable, type MachineCosts } from '../../engine/capacity/index.js';
import type { Clock } from '../../engine/clock.js';
import { Problem, type SerializedProblem } from '../../engine/problem.js';
import { CLOCK } from '../../platform/clock.js';
import { LOGGER } from '../../platform/logging/index.js';
import { findFfmpeg } from '../../platform/programs/index.js';
import { SETTINGS, type Settings } from '../../platform/settings/index.js';
import { readCalibration, writeCalibration, type CalibrationKey } from './calibration-file.js';

export type KnownCosts = { readonly costs: MachineCosts } & (
  { readonly origin: 'built-in' } | { readonly origin: 'measured'; readonly measuredAtMs: number }
);

@Injectable()
export class Machine implements OnApplicationBootstrap, OnModuleDestroy {
  /** Processor cores this server may use, fractions included. */
  readonly cores = coresAvailable();
  known: KnownCosts;
  /** Why the last measurement failed; undefined when it did not. */
  lastProblem: SerializedProblem | undefined;
  private readonly leaving = new AbortController();
  private underWay: Promise<void> | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.known = { origin: 'built-in', costs: builtInCosts(settings.encoderPreset) };
  }

  get measuring(): boolean {
    return this.underWay !== undefined;
  }

  /** In the background: streams are not kept waiting by it. */
  onApplicationBootstrap(): void {
    if (this.settings.admission !== 'off') this.begin(false).catch(() => undefined); // Told by `begin`.
  }

  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    await this.settled();
  }

  /** Measures now, whatever is on file; joins a measurement under way. Throws `calibration-failed`, `ffmpeg-missing`. */
  calibrate(): Promise<void> {
    return this.begin(true);
  }

  /** When no measurement is under way. Never rejects. */
  async settled(): Promise<void> {
    await this.underWay?.catch(() => undefined);
  }

  private begin(anew: boolean): Promise<void> {
    this.underWay ??= this.measure(anew)
      .then(() => (this.lastProblem = undefined))
      .catch((error: unknown) => this.tellFailure(Problem.wrap(error)))
      .finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async measure(anew: boolean): Promise<void> {
    const { ffmpegPath, encoderPreset: preset } = this.settings;
    const key = {
      cpuModel: cpuModel(),
      cores: this.cores,
      ffmpegVersion: (await findFfmpeg(ffmpegPath)).version,
      preset,
    };
    const kept = anew ? undefined : await readCalibration(this.file, key);
    if (kept) {
      this.known = { origin: 'measured', measuredAtMs: kept.measuredAtMs, costs: kept.costs };
      return;
    }
    const costs = await calibrate({ ffmpegPath, preset, signal: this.leaving.signal });
    const measuredAtMs = this.clock.now();
    await this.keep(key, measuredAtMs, costs);
    // Last of all: who sees it measured and asks for another measurement gets another.
    this.known = { origin: 'measured', measuredAtMs, costs };
    this.log.info({ cores: this.cores, preset, ...costs }, 'measured what streams cost on this machine');
  }

  /** What cannot be kept is measured again at the next start: a pity, not a failure. */
  private async keep(key: CalibrationKey, measuredAtMs: number, costs: MachineCosts): Promise<void> {
    await writeCalibration(this.file, { key, measuredAtMs, costs }).catch((error: unknown) =>
      this.log.warn({ file: this.file, err: error }, 'the calibration could not be kept'),
    );
  }

  private tellFailure(problem: Problem): never {
    this.lastProblem = problem.toJSON();
    if (!this.leaving.signal.aborted)
      this.log.warn({ code: problem.code, facts: problem.facts }, 'what streams cost could not be measured');
    throw problem;
  }

  private get file(): string {
    return join(this.settings.dataDir, 'calibration.json');
  }
}

const cpuModel = (): string => cpus()[0]?.model ?? 'unknown';
