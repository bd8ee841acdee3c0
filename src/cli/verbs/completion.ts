/** Completion for bash, zsh and fish: the shell asks `lockstep complete`, which reads the tree of verbs, so none is forgotten. */
import { Argument, type Command, type Option } from 'commander';
import type { StreamInfo } from '../answers.js';
import type { Session } from '../session.js';

interface Candidate {
  readonly value: string;
  readonly says: string;
}

/** A key was pressed: better no ids than a pause. */
const IDS_WITHIN_MS = 1_500;

export function addCompletionVerbs(program: Command, session: Session): void {
  program
    .command('completion')
    .description('print what teaches a shell the verbs, options and stream ids')
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HOW_TO_INSTALL)
    .action((shell: keyof typeof SCRIPTS) => session.lines([SCRIPTS[shell]]));
  program
    .command('complete', { hidden: true })
    .description('what the last word may become: a value and what it is, one a line')
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const candidates = await completions(program, words, (options) => streamIds(session, options));
      session.lines(candidates.map(({ value, says }) => `${value}\t${says}`));
    });
}

/** What the last of `words` may become; the words before it choose the verb. PURE, but for the stream ids. */
export async function completions(
  program: Command,
  words: readonly string[],
  ids: (options: ReadonlyMap<string, string>) => Promise<readonly Candidate[]>,
): Promise<Candidate[]> {
  const typed = words.at(-1) ?? '';
  const { command, position, options, pending } = read(program, words.slice(0, -1));
  const found = await candidatesFor();
  return found.filter(({ value }) => value.startsWith(typed));

  async function candidatesFor(): Promise<readonly Candidate[]> {
    if (pending?.required) return choices(pending);
    if (typed.startsWith('-')) return optionsOf(command);
    const verbs = command.createHelp().visibleCommands(command);
    if (verbs.length > 0) return verbs.map((verb) => ({ value: verb.name(), says: verb.description() }));
    const argument = command.registeredArguments[Math.min(position, command.registeredArguments.length - 1)];
    if (argument === undefined || (position >= command.registeredArguments.length && !argument.variadic)) return [];
    // A stream that is to be started has no id yet.
    return argument.name() === 'id' && command.name() !== 'start' ? ids(options) : choices(argument);
  }
}

interface Typed {
  readonly command: Command;
  /** How many arguments of it stand there. */
  readonly position: number;
  readonly options: ReadonlyMap<string, string>;
  /** The option whose value comes next. */
  readonly pending: Option | undefined;
}

function read(program: Command, words: readonly string[]): Typed {
  let [command, position] = [program, 0];
  const options = new Map<string, string>();
  let pending: Option | undefined;
  for (const word of words) {
    if (pending) {
      options.set(pending.attributeName(), word);
      pending = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const [flag, value] = word.split(/=(.*)/s);
      const option = knownOptions(command).find(({ short, long }) => short === flag || long === flag);
      if (option && value !== undefined) options.set(option.attributeName(), value);
      else if (option?.required) pending = option;
      continue;
    }
    const verb = command.commands.find((known) => known.name() === word);
    if (verb) command = verb;
    else position += 1;
  }
  return { command, position, options, pending };
}

function knownOptions(command: Command): Option[] {
  return [...command.options, ...(command.parent ? knownOptions(command.parent) : [])];
}

const optionsOf = (command: Command): Candidate[] =>
  [...knownOptions(command), { long: '--help', description: 'say how it is used' }].map(({ long, description }) => ({
    value: long!,
    says: description,
  }));

const choices = ({ argChoices }: Option | Argument): Candidate[] =>
  (argChoices ?? []).map((value) => ({ value, says: '' }));

/** Nothing where no server answers at once: an error message has no place in a line that is being typed. */
async function streamIds(session: Session, typed: ReadonlyMap<string, string>): Promise<Candidate[]> {
  try {
    const { server, token } = Object.fromEntries(typed) as { server?: string; token?: string };
    const api = session.apiOf({ ...(server && { server }), ...(token && { token }) });
    const streams = await api.ask<StreamInfo[]>('GET /streams', { timeoutMs: IDS_WITHIN_MS });
    return streams.map(({ stream_id, status }) => ({ value: stream_id, says: status }));
  } catch {
    return [];
  }
}

const HOW_TO_INSTALL = `
bash  eval "$(lockstep completion bash)"          in ~/.bashrc
zsh   eval "$(lockstep completion zsh)"           in ~/.zshrc, after compinit
fish  lockstep completion fish | source           in ~/.config/fish/config.fish`;

const SCRIPTS = {
  bash: `_lockstep() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _lockstep lockstep`,
  zsh: `_lockstep() {
  local -a candidates
  local line
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe lockstep candidates
  else
    _files
  fi
}
compdef _lockstep lockstep`,
  fish: `function __lockstep_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] complete -- $words[2..-1] 2>/dev/null
end
complete -c lockstep -a '(__lockstep_complete)'`,
} as const;
