/** Turns pino's JSON lines into lines for people. PURE. */

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

interface LogLine {
  readonly time?: string;
  readonly level?: number;
  readonly context?: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly [field: string]: unknown;
}

/** `12:00:00.000 INFO  [Streams] started streamId="demo"`, an error's stack below it. */
export function prettyLine(json: string): string {
  const { time, level, context, msg, err, ...fields } = JSON.parse(json) as LogLine;
  const words = [
    time?.slice(11, 23) ?? '',
    (LEVEL_NAMES[level ?? 30] ?? 'INFO').padEnd(5),
    context ? `[${context}]` : '',
    msg ?? '',
    ...Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
  ];
  const stack = err ? `\n${err.stack ?? err.message ?? ''}` : '';
  return `${words.filter((word) => word !== '').join(' ')}${stack}\n`;
}
