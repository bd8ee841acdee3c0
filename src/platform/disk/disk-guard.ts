/** Watches the disk of the media: how much is free, how fast it shrinks, and when it will be full. */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import type { Logger } from 'pino';
import { statfs } from 'node:fs/promises';
import type { Clock } from '../../engine/clock.js';
import { CLOCK } from '../clock.js';
import { LOGGER } from '../logging/index.js';
import { MetricsRegistry } from '../metrics/index.js';
import { Schedule } from '../schedule/index.js';
import { SETTINGS, type Settings } from '../settings/index.js';
import { fillRate, secondsToFull, withLook, type Look } from './trend.js';

/** How often it looks. */
const LOOK_EVERY_SECONDS = 5;
/** Whoever is on duty is told this long before. */
const WARN_AHEAD_SECONDS = 600;

@Injectable()
export class DiskGuard implements OnModuleInit, OnApplicationBootstrap {
  private looks: readonly Look[] = [];
  private freeFiles = 0;
  private usedBytes = 0;
  private warned: 'filling' | 'full' | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(Schedule) private readonly schedule: Schedule,
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
  ) {}

  onModuleInit(): void {
    this.gauge('lockstep_disk_free_bytes', 'Free room on the disk of OUTPUT_DIR', () => this.freeBytes);
    this.gauge('lockstep_disk_used_bytes', 'Room taken on that disk, by whatever', () => this.usedBytes);
    this.gauge('lockstep_disk_reserve_bytes', 'Room kept free there (DISK_RESERVE)', () => this.reserveBytes);
    this.gauge('lockstep_disk_free_files', 'Files the file system of OUTPUT_DIR can still take', () => this.freeFiles);
    this.gauge(
      'lockstep_disk_fill_bytes_per_second',
      'How fast the free room shrank over the last five minutes; negative while it grows',
      () => fillRate(this.looks) ?? 0,
    );
    this.gauge(
      'lockstep_disk_full_in_seconds',
      'Time until only DISK_RESERVE is free, at that rate; +Inf while it does not shrink',
      () => this.fullInSeconds,
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.schedule.every(LOOK_EVERY_SECONDS, 'disk', () => this.look());
  }

  /** Bytes; 0 before the first look. */
  get freeBytes(): number {
    return this.looks.at(-1)?.freeBytes ?? 0;
  }

  /** 0 when it is full already, Infinity while it does not fill. */
  get fullInSeconds(): number {
    return secondsToFull(this.looks, this.reserveBytes);
  }

  /** Looks once. Rejects where the folder cannot be looked at. */
  async look(): Promise<void> {
    const { bavail, bfree, blocks, bsize, files, ffree } = await statfs(this.settings.outputDir);
    this.usedBytes = (blocks - bfree) * bsize;
    this.freeFiles = files > 0 ? ffree : Infinity;
    this.looks = withLook(this.looks, { atMs: this.clock.now(), freeBytes: bavail * bsize });
    this.tell();
  }

  private get reserveBytes(): number {
    return this.settings.diskReserve * 1e6;
  }

  /** One line when it becomes worth knowing and one when it is over. */
  private tell(): void {
    const { fullInSeconds, freeBytes } = this;
    const state = fullInSeconds === 0 ? 'full' : fullInSeconds < WARN_AHEAD_SECONDS ? 'filling' : undefined;
    if (state === this.warned) return;
    const facts = {
      folder: this.settings.outputDir,
      freeMb: megabytes(freeBytes),
      reserveMb: this.settings.diskReserve,
    };
    if (state === 'full') this.log.error({ ...facts, code: 'disk-full' }, 'the disk is full but for its reserve');
    else if (state === undefined) this.log.info(facts, 'the disk has room again');
    else if (this.warned === undefined) {
      const fillMbPerSecond = megabytes(fillRate(this.looks) ?? 0);
      const fullInMinutes = Math.ceil(fullInSeconds / 60);
      this.log.warn({ ...facts, fillMbPerSecond, fullInMinutes, code: 'disk-full' }, 'the disk will be full soon');
    }
    this.warned = state;
  }

  private gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      ...{ name, help, registers: [this.metrics.registry] },
      collect() {
        this.set(value());
      },
    });
  }
}

const megabytes = (bytes: number): number => Number((bytes / 1e6).toFixed(2));
