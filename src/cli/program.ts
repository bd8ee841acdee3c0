/** `lockstep`: the tree of verbs, and one run of it. */
import { Command, CommanderError } from 'commander';
import { wholeSeconds } from './arguments.js';
import { CommandError, EXIT } from './exit-codes.js';
import { Session, type GlobalOptions } from './session.js';
import type { Shell } from './shell.js';
import { addCompletionVerbs } from './verbs/completion.js';
import { addDeliveryVerbs } from './verbs/delivery.js';
import { addEventsVerb } from './verbs/events.js';
import { addServerVerbs } from './verbs/server.js';
import { addStreamVerbs } from './verbs/streams.js';
import { addWatchingVerbs } from './verbs/watching.js';
import { addWebhookVerbs } from './verbs/webhooks.js';

const EXIT_CODES = `
Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 no server answers, 4 no or wrong token, 5 the server cannot.
Environment: LOCKSTEP_URL, LOCKSTEP_TOKEN or LOCKSTEP_TOKEN_FILE (a token on the command line shows in lists of processes), NO_COLOR.`;

/** Runs one command line (without the program's own name); gives the exit code. Whatever goes wrong was said on stderr. */
export async function run(words: readonly string[], shell: Shell): Promise<number> {
  const { program, session } = lockstep(shell);
  try {
    await program.parseAsync(words, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CommandError)) throw error;
    if (session.json && error.problem !== undefined) session.lines([JSON.stringify(error.problem, null, 2)]);
    shell.err(`${error.message}\n`);
    return error.exitCode;
  }
}

export function lockstep(shell: Shell): { program: Command; session: Session } {
  const program = new Command('lockstep')
    .description('Start, watch and stop live streams')
    .option('-s, --server <url>', 'address of the API (default: LOCKSTEP_URL, or http://localhost:8083)')
    .option('--token <token>', 'token of the API (default: LOCKSTEP_TOKEN, or what LOCKSTEP_TOKEN_FILE holds)')
    .option('--timeout <seconds>', 'how long to wait for an answer (default: 15)', wholeSeconds)
    .option('--json', 'print what the server answers, as JSON')
    .showHelpAfterError('(--help says more)')
    .configureHelp({ showGlobalOptions: true, ...(shell.columns && { helpWidth: shell.columns }) })
    .configureOutput({ writeOut: (text) => shell.out(text), writeErr: (text) => shell.err(text) })
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  const session = new Session(shell, () => program.opts<GlobalOptions>());
  addStreamVerbs(program, session);
  addWatchingVerbs(program, session);
  addEventsVerb(program, session);
  addDeliveryVerbs(program, session);
  addServerVerbs(program, session);
  addWebhookVerbs(program, session);
  addCompletionVerbs(program, session);
  return { program, session };
}
