/** Gives every module the process's one logger: `@Inject(LOGGER) log: Logger`. */
import { Global, Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../settings/index.js';
import { LogLevelController } from './log-level.controller.js';
import { LogLevel } from './log-level.js';
import { LOGGER } from './logger-token.js';
import { createLogger } from './logger.js';
import { RequestLog } from './request-log.js';

@Global()
@Module({
  controllers: [LogLevelController],
  providers: [
    { provide: LOGGER, inject: [SETTINGS], useFactory: (settings: Settings) => createLogger(settings) },
    LogLevel,
    RequestLog,
  ],
  exports: [LOGGER, LogLevel, RequestLog],
})
export class LoggingModule {}
