/** Sends what Nest logs to pino. */
import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Nest calls with the message first, then extras, and the context (the caller's name) last. */
export class NestLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const fields: Record<string, unknown> = {};
    const last = rest.at(-1);
    const extras = typeof last === 'string' && !isStack(last) ? rest.slice(0, -1) : rest;
    if (extras !== rest) fields['context'] = last;
    const err = [message, ...extras].find((value) => value instanceof Error);
    const stack = extras.find(isStack);
    if (err) fields['err'] = err;
    else if (stack) fields['stack'] = stack;
    const others = extras.filter((extra) => extra !== undefined && extra !== err && extra !== stack);
    if (others.length > 0) fields['extra'] = others;
    if (message instanceof Error) this.pino[level](fields, message.message);
    else if (typeof message === 'string') this.pino[level](fields, message);
    else this.pino[level]({ ...fields, detail: message });
  }
}

const isStack = (value: unknown): value is string => typeof value === 'string' && /\n\s+at /.test(value);
