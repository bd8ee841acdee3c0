/** How much is written, changed while the server runs. It lasts until the server starts again: then LOG_LEVEL counts. */
import { Inject, Injectable } from '@nestjs/common';
import type { Level, LevelWithSilent, Logger } from 'pino';
import { LOGGER } from './logger-token.js';

interface Follower {
  readonly logger: Logger;
  /** What it writes at `info`, and at whatever is less. */
  readonly leastOf: (level: LevelWithSilent) => LevelWithSilent;
}

@Injectable()
export class LogLevel {
  private readonly followers: Follower[] = [];

  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  get current(): LevelWithSilent {
    return this.log.level as LevelWithSilent;
  }

  /** Another logger of the process keeps to the level, or to what `leastOf` makes of it. */
  follow(logger: Logger, leastOf: Follower['leastOf'] = (level) => level): void {
    this.followers.push({ logger, leastOf });
    logger.level = leastOf(this.current);
  }

  /** The change itself is in the log, at whichever of the two levels writes it. */
  set(level: LevelWithSilent): void {
    const from = this.current;
    if (from === level) return;
    const isLess = weight(level) < weight(from);
    if (isLess) this.apply(level);
    this.log.warn({ from, to: level }, 'log level');
    if (!isLess) this.apply(level);
  }

  private apply(level: LevelWithSilent): void {
    this.log.level = level;
    for (const { logger, leastOf } of this.followers) logger.level = leastOf(level);
  }
}

const WEIGHTS: Readonly<Record<Level, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
const weight = (level: LevelWithSilent): number => (level === 'silent' ? Infinity : WEIGHTS[level]);
