/** The fields of a stream spec as options of `start` and `update`: one row each, compared with the API's description by a test. */
import { Option, type Command } from 'commander';
import { collect, collectLabels, commaSeparated, secondsOrNever } from './arguments.js';

interface SpecField {
  /** Of the body. */
  readonly field: string;
  readonly option: Option;
  /** Whether a running stream can be changed in it. */
  readonly live: boolean;
  /** What the option's value is in the body; without it, itself. */
  readonly inBody?: (value: unknown) => unknown;
}

const option = (flags: string, description: string, read?: (text: string, earlier: never) => unknown): Option => {
  const made = new Option(flags, description);
  return read === undefined ? made : made.argParser(read as (text: string) => unknown);
};

const orNull = (value: unknown): unknown => (value === 'never' ? null : value);

const FIELDS: readonly SpecField[] = [
  { field: 'title', live: true, option: option('--title <words>', 'a name for people') },
  {
    ...{ field: 'labels', live: true },
    option: option('--label <key=value>', 'a label to find it by; may be given several times', collectLabels),
  },
  {
    ...{ field: 'qualities', live: false },
    option: option('-q, --qualities <names>', 'rungs of the ladder, separated by commas; or audio', commaSeparated),
  },
  { field: 'enable_hls', live: false, option: option('--no-hls', 'no HLS') },
  { field: 'enable_dash', live: false, option: option('--no-dash', 'no DASH') },
  { field: 'low_latency', live: false, option: option('--low-latency', 'parts and blocking reload') },
  { field: 'low_latency', live: false, option: option('--no-low-latency', 'plain HLS and DASH') },
  {
    ...{ field: 'segment_format', live: false },
    option: option('--segment-format <format>', 'segments of HLS').choices(['fmp4', 'mpegts']),
  },
  { field: 'slate_text', live: true, option: option('--slate-text <words>', 'words on the slate') },
  {
    ...{ field: 'slate_image', live: true },
    option: option('--slate-image <url>', 'file: URL of a picture below MEDIA_ROOT for the slate'),
  },
  {
    ...{ field: 'slate_after', live: true, inBody: orNull },
    option: option('--slate-after <seconds>', 'how long the last picture of a lost source stands', secondsOrNever),
  },
  {
    ...{ field: 'next_source_after', live: true, inBody: orNull },
    option: option('--next-source-after <seconds>', 'silence until the next source is tried', secondsOrNever),
  },
  {
    ...{ field: 'fail_back_after', live: true, inBody: orNull },
    option: option(
      '--fail-back-after <seconds>',
      'how long a preferred source must deliver again; or never',
      secondsOrNever,
    ),
  },
  {
    ...{ field: 'give_up_after', live: true, inBody: orNull },
    option: option('--give-up-after <seconds>', 'how long to go on without any source; or never', secondsOrNever),
  },
  {
    ...{ field: 'stale_after', live: true, inBody: orNull },
    option: option('--stale-after <seconds>', 'how long to go on without a heartbeat; or never', secondsOrNever),
  },
  {
    ...{ field: 'stale_after', live: true, inBody: () => null },
    option: option('--keep', 'never stop it for want of heartbeats'),
  },
  {
    ...{ field: 'webhooks', live: false, inBody: (urls) => (urls as string[]).map((url) => ({ url })) },
    option: option('--webhook <url>', 'tell this address what happens to it; may be given several times', collect),
  },
];

/** Adds the options of all fields, or of those that can be changed on a running stream. */
export function addSpecOptions(command: Command, which: 'all' | 'live'): Command {
  for (const { option } of FIELDS.filter(({ live }) => which === 'all' || live)) command.addOption(option);
  return command;
}

/** The fields that were given on the command line, as the body has them. */
export function specFrom(command: Command): Record<string, unknown> {
  const given = FIELDS.filter(
    ({ option }) => command.options.includes(option) && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  return Object.fromEntries(
    given.map(({ field, option, inBody }) => {
      const value = command.getOptionValue(option.attributeName()) as unknown;
      return [field, inBody ? inBody(value) : value];
    }),
  );
}

/** Names of the fields that have an option. */
export const fieldsWithOptions = (which: 'all' | 'live'): string[] => [
  ...new Set(FIELDS.filter(({ live }) => which === 'all' || live).map(({ field }) => field)),
];
