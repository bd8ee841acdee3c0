/** One run of `lockstep`: which server, with which token, and how answers are shown. */
import { readFileSync } from 'node:fs';
import { ApiClient } from './api-client.js';
import { CommandError, EXIT, type ExitCode } from './exit-codes.js';
import type { Shell } from './shell.js';

/** The options of every verb. */
export interface GlobalOptions {
  readonly server?: string;
  readonly token?: string;
  readonly timeout?: number;
  readonly json?: boolean;
}

const DEFAULT_SERVER = 'http://localhost:8083';
const DEFAULT_TIMEOUT_SECONDS = 15;
export const WATCH_EVERY_SECONDS = 2;

type Words<Answer> = (answer: Answer) => readonly string[];

export class Session {
  /** 0, unless a verb says otherwise. `check` has codes of its own. */
  exitCode: number = EXIT.ok;

  constructor(
    readonly shell: Shell,
    private readonly options: () => GlobalOptions,
  ) {}

  get json(): boolean {
    return this.options().json === true;
  }

  get api(): ApiClient {
    return this.apiOf(this.options());
  }

  /** Throws a CommandError for a wrong address or token. */
  apiOf({ server, token, timeout = DEFAULT_TIMEOUT_SECONDS }: GlobalOptions): ApiClient {
    return new ApiClient({
      server: serverAddress(server ?? (this.shell.env['LOCKSTEP_URL'] || DEFAULT_SERVER)),
      token: this.tokenOf(token),
      timeoutMs: timeout * 1000,
      signal: this.shell.signal,
    });
  }

  /** Prints an answer: as the server gave it, or in words. */
  show<Answer>(answer: Answer, words: Words<Answer>): void {
    this.lines(this.json ? [JSON.stringify(answer, null, 2)] : words(answer));
  }

  lines(lines: readonly string[]): void {
    if (lines.length > 0) this.shell.out(`${lines.join('\n')}\n`);
  }

  /** Says no to a script without having failed. */
  end(exitCode: ExitCode): void {
    this.exitCode = exitCode;
  }

  /**
   * Asks and shows; with `every` seconds again and again until Ctrl-C, drawn over on a terminal, one JSON object a line
   * with --json. Once there was an answer, a server that is away is waited for.
   */
  async watch<Answer>(
    every: number | true | undefined,
    ask: () => Promise<Answer>,
    words: Words<Answer>,
  ): Promise<void> {
    if (every === undefined) return this.show(await ask(), words);
    const { shell } = this;
    for (let answered = false; !shell.signal.aborted; await shell.pause(seconds(every) * 1000)) {
      try {
        this.draw(await ask(), words);
        answered = true;
      } catch (error) {
        if (shell.signal.aborted) return;
        if (!answered || !mayPass(error)) throw error;
        shell.err(`${(error as Error).message}\n`);
      }
    }
  }

  private draw<Answer>(answer: Answer, words: Words<Answer>): void {
    if (this.json) return this.lines([JSON.stringify(answer)]);
    const home = this.shell.isTerminal ? '\u001b[H\u001b[J' : '';
    this.shell.out(`${home}${words(answer).join('\n')}\n`);
  }

  private tokenOf(given: string | undefined): string | undefined {
    const { env } = this.shell;
    const file = env['LOCKSTEP_TOKEN_FILE'];
    const found = given ?? (env['LOCKSTEP_TOKEN'] || undefined) ?? (file ? fromFile(file) : undefined);
    const token = found?.trim();
    // RFC 6750 2.1. Said here: a header with anything else in it is refused by fetch, in words that quote the token.
    if (token !== undefined && !/^[\w.~+/-]+=*$/.test(token)) {
      throw new CommandError(EXIT.usage, 'the token has characters that no token has: was it copied whole?');
    }
    return token;
  }
}

const seconds = (every: number | true): number => (every === true ? WATCH_EVERY_SECONDS : every);

const mayPass = (error: unknown): boolean =>
  error instanceof CommandError && (error.exitCode === EXIT.unreachable || error.exitCode === EXIT.serverFault);

function serverAddress(text: string): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address?.protocol !== 'http:' && address?.protocol !== 'https:') {
    throw new CommandError(EXIT.usage, `${text} is no address of a server: give one like ${DEFAULT_SERVER}`);
  }
  return address;
}

function fromFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.usage, `LOCKSTEP_TOKEN_FILE cannot be read: ${(error as Error).message}`);
  }
}
