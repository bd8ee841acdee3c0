/** Gives every module the process's one logger: `@Inject(LOGGER) log: Logger`. */
import { Global, Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../settings/index.js';
import { createLogger } from './logger.js';

/** Injection token of the pino `Logger`. */
export const LOGGER = Symbol('logger');

@Global()
@Module({
  providers: [{ provide: LOGGER, inject: [SETTINGS], useFactory: (settings: Settings) => createLogger(settings) }],
  exports: [LOGGER],
})
export class LoggingModule {}
