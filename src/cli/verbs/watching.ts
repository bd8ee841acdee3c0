/** Verbs that look at streams. */
import type { Command } from 'commander';
import type { Explanation, StreamInfo } from '../answers.js';
import { count, labelFilter, wholeSeconds } from '../arguments.js';
import { explanationLines } from '../explain.js';
import { monitor } from '../monitor.js';
import { WATCH_EVERY_SECONDS, type Session } from '../session.js';
import { streamLines, streamTable } from '../stream-words.js';
import { plural, table } from '../style.js';

interface Watched {
  readonly watch?: number | true;
}

export function addWatchingVerbs(program: Command, session: Session): void {
  addList(program, session);
  watchable(program.command('info').description('show one stream').argument('<id>')).action(
    async (id: string, { watch }: Watched) => {
      const ask = () => session.api.ask<StreamInfo>('GET /streams/{id}', { path: { id } });
      await session.watch(watch, ask, (info) => [info.stream_id, ...streamLines(info)]);
    },
  );
  watchable(
    program.command('explain').description('say in words how a stream fares, why, and what to do').argument('<id>'),
  ).action(async (id: string, { watch }: Watched) => {
    const ask = () => session.api.ask<Explanation>('GET /streams/{id}/explain', { path: { id } });
    await session.watch(watch, ask, (explanation) => explanationLines(explanation, session.shell.columns));
  });
  watchable(
    program
      .command('viewers')
      .description('show how many watch: all streams, or the renditions of one')
      .argument('[id]'),
  ).action(async (id: string | undefined, { watch }: Watched) => {
    if (id === undefined) {
      return session.watch(watch, () => session.api.ask<{ streams: StreamViewers[] }>('GET /viewers'), allViewersLines);
    }
    const ask = () => session.api.ask<StreamViewers>('GET /streams/{id}/viewers', { path: { id } });
    await session.watch(watch, ask, viewersLines);
  });
  program
    .command('monitor')
    .description('keep a stream alive with heartbeats and show how it fares')
    .argument('<id>')
    .argument('[seconds]', 'how long', wholeSeconds, 60)
    .action(async (id: string, seconds: number) => session.end(await monitor(session, id, seconds)));
}

interface ListOptions extends Watched {
  readonly state?: string;
  readonly q?: string;
  readonly label?: string;
  readonly limit?: number;
}

function addList(program: Command, session: Session): void {
  watchable(
    program
      .command('list')
      .description('show the streams')
      .option('--state <state>', 'only those that are starting, live, degraded, filling, stopping, ended or failed')
      .option('--q <words>', 'only those with these words in their id or title')
      .option('--label <key=value>', 'only those with this label', labelFilter)
      .option('--limit <n>', 'so many at most', count),
  ).action(async ({ watch, limit, state, q, label }: ListOptions) => {
    const query = { state, q, label, limit };
    const ask = () => session.api.entries<StreamInfo>('GET /streams', { query }, limit);
    await session.watch(watch, ask, streamTable);
  });
}

const watchable = (command: Command): Command =>
  command.option(
    '-w, --watch [seconds]',
    `again and again, until Ctrl-C (default: every ${WATCH_EVERY_SECONDS} s)`,
    wholeSeconds,
  );

interface Viewers {
  readonly now: number;
  readonly renditions: readonly { readonly name: string; readonly now: number }[];
  readonly protocols: { readonly hls: number; readonly dash: number };
}

interface StreamViewers {
  readonly stream_id: string;
  /** null: not on air yet. */
  readonly viewers: Viewers | null;
}

function allViewersLines({ streams }: { readonly streams: readonly StreamViewers[] }): string[] {
  if (streams.length === 0) return ['no streams'];
  return table(
    ['STREAM', 'VIEWERS', 'HLS', 'DASH'],
    streams.map(({ stream_id, viewers }) => [
      ...[stream_id, `${viewers?.now ?? 0}`, `${viewers?.protocols.hls ?? 0}`, `${viewers?.protocols.dash ?? 0}`],
    ]),
  );
}

function viewersLines({ stream_id, viewers }: StreamViewers): string[] {
  if (viewers === null) return [`${stream_id} is not on air yet`];
  const { now, renditions, protocols } = viewers;
  return [
    `${plural(now, 'viewer')}: HLS ${protocols.hls}, DASH ${protocols.dash}`,
    ...(renditions.length === 0
      ? []
      : table(
          ['RENDITION', 'VIEWERS'],
          renditions.map(({ name, now }) => [name, `${now}`]),
        )),
  ];
}
