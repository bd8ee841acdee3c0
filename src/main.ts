#!/usr/bin/env node
/** Starts the server by settings alone. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { configure, httpAdapter } from './application.js';
import { Problem } from './engine/problem.js';
import {
  checkPrograms,
  createLogger,
  forgetSecrets,
  isLoopback,
  LogLevel,
  NestLogger,
  readSettings,
  type Settings,
} from './platform/index.js';

const settings = settingsOrExit();
forgetSecrets(process.env);
const log = createLogger(settings);
const nestLog = log.child({}, { level: nestLevel(settings.logLevel) });
// While the server is put together: asking costs as long.
const programs = checkPrograms(settings);
const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(settings), httpAdapter(settings), {
  logger: new NestLogger(nestLog),
  abortOnError: false,
});
app.get(LogLevel).follow(log);
app.get(LogLevel).follow(nestLog, nestLevel);
await configure(app, settings);
await programsOrExit();
leaveInTime();
// As many as the system allows: thousands of viewers come back at once after a restart.
await app.listen({ port: settings.apiPort, host: settings.apiHost, backlog: 4096 });
log.info(
  {
    api: `http://${settings.apiHost}:${settings.apiPort}`,
    docs: `http://${settings.apiHost}:${settings.apiPort}/docs`,
    playback: `http://${settings.apiHost}:${settings.cdnPort}/{stream}/playlist.m3u8`,
  },
  'listening',
);
sayWhoMayAsk();

/** At every start, so that nobody has to find out. */
function sayWhoMayAsk(): void {
  const { apiTokens, apiHost, apiOpen } = settings;
  if (apiTokens)
    log.info({ tokens: apiTokens.map(({ name, scope }) => `${name}:${scope}`) }, 'the API asks for a token');
  else if (isLoopback(apiHost)) log.info('the API asks for no token: only this machine reaches it (API_TOKENS)');
  else log.warn(`API_OPEN: everybody who reaches ${apiHost}:${settings.apiPort} may start and stop streams`);
  if (apiTokens && apiOpen) log.warn('API_OPEN has no effect, as API_TOKENS is set');
}

/** What Nest says of its own wiring interests whoever debugs. */
function nestLevel(level: Settings['logLevel']): Settings['logLevel'] {
  return level === 'info' ? 'warn' : level;
}

/** Whatever hangs on the way out, the process is gone after SHUTDOWN_TIMEOUT, and its ffmpegs with it. */
function leaveInTime(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), settings.shutdownTimeout * 1000).unref();
    });
  }
}

/** Without ffmpeg there is nothing to do here: better to say so now than with the first stream. */
async function programsOrExit(): Promise<void> {
  const { faults, warnings } = await programs;
  for (const warning of warnings) log.warn(warning);
  if (faults.length === 0) return;
  console.error(['The programs do not allow a start:', ...faults].join('\n  '));
  process.exit(78); // EX_CONFIG
}

/** A wrong setting ends the start, with every error told at once. */
function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    const { errors } = Problem.wrap(error).facts as { errors?: readonly string[] };
    console.error(['The settings do not allow a start:', ...(errors ?? [String(error)])].join('\n  '));
    process.exit(78); // EX_CONFIG
  }
}
