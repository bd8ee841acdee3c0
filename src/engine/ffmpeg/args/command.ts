/**
 * The one place that knows fluent-ffmpeg: it turns a plan (data) into an argument list. Running the list is ours
 * (`ffmpeg-process.ts`), because the library's own runner opens sources twice, has three pipes only and breaks on
 * ffmpeg 7 and later; see docs/decisions. `_getArguments` is private there, but the package is frozen and
 * `command.spec.ts` holds it to its contract.
 */
import ffmpeg from 'fluent-ffmpeg';

export interface CommandInput {
  readonly options: readonly string[];
  readonly source: string;
}

export interface CommandOutput {
  readonly options: readonly string[];
  readonly target: string;
}

export interface CommandPlan {
  readonly inputs: readonly CommandInput[];
  /** A filter graph in ffmpeg's syntax, for `-filter_complex`. */
  readonly filter?: string;
  readonly outputs: readonly CommandOutput[];
}

/** Quiet but for what matters, never reading the terminal. */
const GLOBAL = ['-hide_banner', '-nostdin', '-loglevel', 'level+warning'];

/** The full argument list, global options first. Every option and its value are separate items: nothing is re-split. */
export function ffmpegArguments(plan: CommandPlan): string[] {
  const command = ffmpeg() as ffmpeg.FfmpegCommand & { _getArguments(): string[] };
  for (const input of plan.inputs) command.input(input.source).inputOptions(...whole(input.options));
  if (plan.filter !== undefined) command.complexFilter(plan.filter);
  for (const output of plan.outputs) command.output(output.target).outputOptions(...whole(output.options));
  return [...GLOBAL, ...command._getArguments()];
}

/**
 * fluent-ffmpeg splits an item in two at its only space, unless it gets more than one argument. A list of one is a bare
 * flag, such as `-re`, and has no space.
 */
function whole(options: readonly string[]): string[] {
  if (options.length === 1 && options[0]!.includes(' ')) throw new RangeError(`not one flag: ${options[0]}`);
  return [...options];
}
