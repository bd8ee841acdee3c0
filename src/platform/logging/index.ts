export { LogLevel } from './log-level.js';
export { createLogger, type LogSettings } from './logger.js';
export { LOGGER } from './logger-token.js';
export { LoggingModule } from './logging.module.js';
export { NestLogger } from './nest-logger.js';
export { redactText, redactUrl } from './redact.js';
export { requestIdOf } from './request-id.js';
export { RequestLog } from './request-log.js';
