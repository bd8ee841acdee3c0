/**
 * Housekeeping on one cron beat a second. A period in seconds is not pasted into a cron field, where a step of 300
 * means "every minute" and a step of 45 means ":00 and :45". Each task has a due time instead.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import cron, { type ScheduledTask } from 'node-cron';
import type { Logger } from 'pino';
import type { Clock } from '../../engine/clock.js';
import { CLOCK } from '../clock.js';
import { LOGGER } from '../logging/index.js';

interface Task {
  readonly name: string;
  readonly periodMs: number;
  readonly run: () => Promise<void> | void;
  dueAtMs: number;
}

@Injectable()
export class Schedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly tasks: Task[] = [];
  private cron: ScheduledTask | undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Runs `run` every `seconds`, first that long from now, never twice at a time. */
  every(seconds: number, name: string, run: Task['run']): void {
    const periodMs = seconds * 1000;
    this.tasks.push({ name, periodMs, run, dueAtMs: this.clock.now() + periodMs });
  }

  onApplicationBootstrap(): void {
    this.cron = cron.schedule('* * * * * *', () => this.beat(this.clock.now()), {
      name: 'beat',
      noOverlap: true,
      logger: {
        info: (message) => this.log.debug(message),
        warn: (message) => this.log.debug(message),
        error: (message) => this.log.error(message),
        debug: (message) => this.log.trace(message),
      },
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.cron?.destroy();
  }

  /** Runs what is due at `nowMs` (Unix ms). A task that fails is told, and keeps nobody else from running. */
  async beat(nowMs: number): Promise<void> {
    for (const task of this.tasks.filter(({ dueAtMs }) => dueAtMs <= nowMs)) {
      task.dueAtMs = nowMs + task.periodMs;
      try {
        await task.run();
      } catch (error) {
        this.log.error({ err: error, task: task.name }, 'a scheduled task failed');
      }
    }
  }
}
