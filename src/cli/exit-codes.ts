/** How `lockstep` ends: a script can tell "no" from "cannot" without reading words. `check` has codes of its own. */
export const EXIT = {
  ok: 0,
  /** The answer is no: the API refused (4xx), a dry run does not fit, a stream is not playable in time. */
  refused: 1,
  /** The command line is wrong, or names a file that cannot be read. Nothing was asked. */
  usage: 2,
  /** No server answers there, or not in time. */
  unreachable: 3,
  /** The server wants a token, does not know this one, or its scope does not allow this. */
  unauthorised: 4,
  /** The server cannot (5xx). */
  serverFault: 5,
  /** Ctrl-C before there was an answer: 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with words for a person on stderr, and a code for a script. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    /** The problem document of the server, where there is one: what `--json` prints. */
    readonly problem?: unknown,
  ) {
    super(message);
  }
}
