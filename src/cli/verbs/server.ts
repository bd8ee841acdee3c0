/** Verbs about the server itself. */
import { Argument, Option, type Command } from 'commander';
import type { Capacity, Rung } from '../answers.js';
import type { Session } from '../session.js';
import { rungTable } from '../stream-words.js';
import { plural, table } from '../style.js';
import { hashToken, newToken } from '../../platform/auth/token.js';

/** Measuring takes some seconds of a core, and waits for one that is under way. */
const CALIBRATION_MS = 120_000;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export function addServerVerbs(program: Command, session: Session): void {
  const ask = <Answer>(...request: Parameters<Session['api']['ask']>) => session.api.ask<Answer>(...request);
  program
    .command('ladder')
    .description('show the qualities that streams may ask for')
    .action(async () => {
      const ladder = await ask<{ rungs: Rung[]; defaults: string[] }>('GET /ladder');
      session.show(ladder, ({ rungs, defaults }) => [...rungTable(rungs), `by default: ${defaults.join(', ')}`]);
    });
  program
    .command('capacity')
    .description('show what this machine can do and what is given away, in processor cores')
    .action(async () => session.show(await ask<Capacity>('GET /capacity'), capacityLines));
  program
    .command('calibrate')
    .description('measure anew what streams cost on this machine: some seconds of one core')
    .action(async () => {
      session.show(await ask<Capacity>('POST /capacity/calibrate', { timeoutMs: CALIBRATION_MS }), capacityLines);
    });
  program
    .command('health')
    .description('say whether the server can do its work (exit code 5: it cannot)')
    .action(async () => session.show(await ask<Health>('GET /health/ready'), healthLines));
  program
    .command('log-level')
    .description('show the least important messages that are logged, or choose them until the next start')
    .addArgument(new Argument('[level]').choices(LEVELS))
    .action(async (level: string | undefined) => {
      const answer = await (level === undefined
        ? ask<{ level: string }>('GET /log-level')
        : ask<{ level: string }>('PUT /log-level', { body: { level } }));
      session.show(answer, () => [answer.level]);
    });
  program
    .command('metrics')
    .description('print the metrics, in the text format of Prometheus')
    .action(async () => session.shell.out(await session.api.bytes('GET /metrics')));
  addTokenVerbs(program, session);
  addProblems(program, session);
}

interface WhoAmI {
  readonly name: string | null;
  readonly scope: string | null;
  readonly tokens_required: boolean;
}

function addTokenVerbs(program: Command, session: Session): void {
  program
    .command('whoami')
    .description('say who the server takes you for, and what you may do')
    .action(async () => {
      const answer = await session.api.ask<WhoAmI>('GET /whoami');
      session.show(answer, ({ name, scope, tokens_required }) => [whoItIs(name, scope, tokens_required)]);
    });
  program
    .command('token')
    .description('tokens of the API')
    .command('new')
    .description('make a token: shown once, with what API_TOKENS needs to know of it; no server is asked')
    .argument('<name>', 'whose it is: shows in logs')
    .addOption(new Option('--scope <scope>', 'what it allows').choices(['read', 'control']).default('control'))
    .action((name: string, { scope }: { scope: string }) => {
      const token = newToken();
      const entry = `${name}:${scope}:${hashToken(token)}`;
      session.show({ token, entry }, () => [
        `token       ${token}`,
        `API_TOKENS  ${entry}`,
        'The token is shown this once: give it to whoever asks, as LOCKSTEP_TOKEN or in the header Authorization.',
        'Add the entry to API_TOKENS, separated by commas, and start the server again. It does not give the token away.',
      ]);
    });
}

interface ProblemDescription {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
}

function addProblems(program: Command, session: Session): void {
  program
    .command('problems')
    .description('list every problem an answer can have, or say what one means and what to do about it')
    .argument('[code]')
    .action(async (code: string | undefined) => {
      if (code === undefined) {
        const problems = await session.api.ask<ProblemDescription[]>('GET /problems');
        return session.show(problems, () =>
          table(
            ['CODE', 'STATUS', 'TITLE'],
            problems.map(({ code, status, title }) => [code, `${status}`, title]),
          ),
        );
      }
      const problem = await session.api.ask<ProblemDescription>('GET /problems/{code}', { path: { code } });
      session.show(problem, ({ code, status, title, remedy }) => [`${code} (${status}): ${title}`, `  ${remedy}`]);
    });
}

function capacityLines({ admission, cores, total, committed, free, calibration, streams }: Capacity): string[] {
  const { origin, measuring, last_problem } = calibration;
  return [
    `${plural(cores, 'core')}; ${total} for streams, ${committed} given away, ${free} free (ADMISSION=${admission})`,
    `costs are ${origin}${measuring ? ', being measured now' : ''}${last_problem === null ? '' : `; ${last_problem}`}`,
    ...(streams.length === 0
      ? []
      : table(
          ['STREAM', 'CORES', 'INTAKE', 'ENCODERS', 'PACKAGING'],
          streams.map(({ stream_id, ...costs }) => [
            ...[stream_id, `${costs.cores}`, `${costs.intake}`, `${costs.encoders}`, `${costs.packaging}`],
          ]),
        )),
  ];
}

interface Health {
  readonly status: string;
  readonly info?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function healthLines({ status, info = {} }: Health): string[] {
  const checks = Object.entries(info).map(([name, { status: state, ...facts }]) => {
    const told = Object.entries(facts).map(([fact, value]) => `${fact} ${String(value)}`);
    return [name, String(state), told.join(', ')];
  });
  return [status, ...(checks.length > 0 ? table(['CHECK', 'STATE', ''], checks) : [])];
}

function whoItIs(name: string | null, scope: string | null, tokensRequired: boolean): string {
  if (!tokensRequired) return 'anybody: this server asks for no token';
  if (scope === null) return 'nobody: this server asks for a token, and none was given (LOCKSTEP_TOKEN)';
  return `${name}, who may ${scope}`;
}
