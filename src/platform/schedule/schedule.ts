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
  /** The run that is under way; it never rejects. */
  running: Promise<void> | undefined;
}

@Injectable()
export class Schedule implements OnApplicationBootstrap, OnModuleDestroy {
  private tasks: readonly Task[] = [];
  private cron: ScheduledTask | undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Runs `run` every `seconds`, first that long from now, never twice at a time. */
  every(seconds: number, name: string, run: Task['run']): void {
    const periodMs = seconds * 1000;
    const task = { name, periodMs, run, dueAtMs: this.clock.now() + periodMs, running: undefined };
    this.tasks = [...this.tasks, task];
  }

  onApplicationBootstrap(): void {
    // The beat is not waited for here: a task that takes minutes must not hold up the others.
    this.cron = cron.schedule('* * * * * *', () => void this.beat(this.clock.now()), {
      name: 'beat',
      noOverlap: true,
      unref: true,
      // What a busy process misses, the next beat makes up for.
      suppressMissedWarning: true,
      logger: {
        info: (message) => this.log.debug(message),
        warn: (message) => this.log.debug(message),
        error: (message) => this.log.error(message),
        debug: (message) => this.log.trace(message),
      },
    });
  }

  /** Begins nothing more; settles when what is under way is over. */
  async onModuleDestroy(): Promise<void> {
    await this.cron?.destroy();
    const running = this.tasks.map((task) => task.running ?? Promise.resolve());
    this.tasks = [];
    await Promise.all(running);
  }

  /**
   * Starts what is due at `nowMs` (Unix ms), side by side, and settles when all of it is over. A task that fails is
   * told, and keeps nobody else from running.
   */
  async beat(nowMs: number): Promise<void> {
    const due = this.tasks.filter(({ dueAtMs, running }) => dueAtMs <= nowMs && !running);
    await Promise.all(
      due.map((task) => {
        // From now: after a pause comes one run, not all that were missed.
        task.dueAtMs = nowMs + task.periodMs;
        task.running = this.run(task).finally(() => (task.running = undefined));
        return task.running;
      }),
    );
  }

  private async run({ name, run }: Task): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.log.error({ err: error, task: name }, 'a scheduled task failed');
    }
  }
}
