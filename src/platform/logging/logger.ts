/** The one pino instance of the process, shared by Nest, Fastify and the schedule. */
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Settings } from '../settings/index.js';
import { prettyLine } from './pretty.js';
import { redactText } from './redact.js';

export type LogSettings = Pick<Settings, 'logLevel' | 'logFormat'>;

/**
 * Writes to `destination` (standard output unless given). Every finished line passes `redactText`, so a URL that
 * slipped into a message or an error still loses its secrets.
 */
export function createLogger(settings: LogSettings, destination: DestinationStream = pino.destination(1)): Logger {
  return pino(
    {
      level: settings.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: redactText },
    },
    settings.logFormat === 'pretty' ? forPeople(destination) : destination,
  );
}

function forPeople(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(prettyLine(line)) };
}
