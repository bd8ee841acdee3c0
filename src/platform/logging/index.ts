export { createLogger, type LogSettings } from './logger.js';
export { LOGGER, LoggingModule } from './logging.module.js';
export { NestLogger } from './nest-logger.js';
export { redactText, redactUrl } from './redact.js';
