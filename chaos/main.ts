/** `npm run chaos`: reads the options, runs, and says what was broken and what that broke. */
import { parseOptions, USAGE } from './options.js';
import { asText } from './report.js';
import { runChaos } from './run.js';

const WRONG_USE = 2;

/** Runs the program with the arguments after the script's name; gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args);
  if (parsed.kind === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (parsed.kind === 'wrong') {
    console.error(`${parsed.problem}\n\n${USAGE}`);
    return WRONG_USE;
  }
  const { seed, seconds, json } = parsed.options;
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort());
  // On standard error, so that standard output is the result and nothing else.
  console.error(`chaos for ${seconds / 60} min with --seed ${seed}`);
  const say = (line: string): void => console.error(line);
  const report = await runChaos({ seed, seconds, say, signal: interrupted.signal });
  console.log(json ? JSON.stringify(report, undefined, 2) : `\n${asText(report)}`);
  return report.violations.length === 0 ? 0 : 1;
}
