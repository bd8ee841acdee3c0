/** `npm run bad-source`: reads the options, starts the source, and shows which word is in force. */
import { startBadSource, type BadSource } from './bad-source.js';
import { parseOptions, USAGE } from './options.js';
import type { Turn } from './script/schedule.js';

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
  const startedAt = performance.now();
  const elapsed = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s`;
  const { script, seed, port, push } = parsed.options;
  // The address is the first line, whatever the script begins with.
  const early: Turn[] = [];
  let tell = (turn: Turn): unknown => early.push(turn);
  let source: BadSource;
  try {
    source = await startBadSource({
      ...{ script, seed, port, onTurn: (turn) => tell(turn) },
      ...(push !== undefined && { push }),
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
  console.log(source.url);
  tell = ({ kind, word }) => kind === 'begins' && sayLine(`${elapsed()}  ${word.text}`);
  for (const turn of early) tell(turn);
  const display = process.stderr.isTTY ? setInterval(() => show(elapsed(), source), 250) : undefined;
  await Promise.race([source.ended, interrupted()]);
  clearInterval(display);
  await source.stop();
  return 0;
}

/** Progress goes to standard error: standard output is the address and nothing else. */
function sayLine(line: string): void {
  process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}${line}\n`);
}

function show(elapsed: string, source: BadSource): void {
  const { inForce, connections, bytesSent } = source.status();
  const word = inForce ? `${inForce.text} (${inForce.secondsLeft.toFixed(1)} s left)` : 'the words are over';
  const sent = `${(bytesSent / 1e6).toFixed(1)} MB to ${connections} ${connections === 1 ? 'reader' : 'readers'}`;
  process.stderr.write(`\r\u001b[K${elapsed}  ${word}, ${sent}`);
}

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
