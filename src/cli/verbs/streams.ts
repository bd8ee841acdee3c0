/** Verbs that begin, change and end streams. */
import type { Command } from 'commander';
import type { DryRun, StreamInfo } from '../answers.js';
import { collect, sourceIndex, wholeSeconds } from '../arguments.js';
import { CommandError, EXIT } from '../exit-codes.js';
import type { Session } from '../session.js';
import { readSpecFile } from '../spec-file.js';
import { addSpecOptions, specFrom } from '../spec-fields.js';
import { dryRunLines, streamLines } from '../stream-words.js';

const SOURCES = 'rtmp://, rtsp://, srt://, http(s)://, udp://, rtp://, tcp://, file:// or test:';
/** What the server waits at most, and what it answers within after that. */
const WAIT_SECONDS = 20;
const WAIT_GRACE_MS = 10_000;

export function addStreamVerbs(program: Command, session: Session): void {
  addStart(program, session);
  addUpdate(program, session);
  program
    .command('stop')
    .description('end a stream: its playlists end, late viewers see it to the end')
    .argument('<id>')
    .action(async (id: string) => {
      const answer = await session.api.ask<{ status: string }>('DELETE /streams/{id}', { path: { id } });
      session.show(answer, () => [`stopped ${id}`]);
    });
  program
    .command('source')
    .description('cut to another source of a stream, as soon as that delivers')
    .argument('<id>')
    .argument('<index>', 'its place, from 0; or auto, as the order of the list says', sourceIndex)
    .action(async (id: string, index: number | null) => {
      const info = await session.api.ask<StreamInfo>('POST /streams/{id}/source', { path: { id }, body: { index } });
      const wanted = index === null ? 'by the order of its list' : `to source ${index}, as soon as it delivers`;
      session.show(info, () => [`${id} cuts ${wanted}`, ...streamLines(info)]);
    });
  program
    .command('heartbeat')
    .description('say that a stream is still wanted')
    .argument('<id>')
    .action(async (id: string) => {
      const answer = await session.api.ask<{ status: string }>('POST /streams/{id}/heartbeat', { path: { id } });
      session.show(answer, () => [`${id} is still wanted`]);
    });
}

interface StartOptions {
  readonly backup?: readonly string[];
  readonly file?: string;
  readonly wait?: number | true;
  readonly dryRun?: boolean;
}

function addStart(program: Command, session: Session): void {
  const start = program
    .command('start')
    .description('start a stream')
    .argument('[id]', 'letters, digits, - and _; not needed where the file has stream_id')
    .argument('[url]', SOURCES)
    .option('-b, --backup <url>', 'a further source, for when the one before it is lost; several times', collect)
    .option('-f, --file <file>', 'spec as YAML or JSON, - for stdin; what is also given here counts');
  addSpecOptions(start, 'all')
    .option('--wait [seconds]', `return when it can be played (default: within ${WAIT_SECONDS} s)`, wholeSeconds)
    .option('--dry-run', 'say whether it would fit, and what it would be made of; start nothing')
    .action(async (id: string | undefined, url: string | undefined, options: StartOptions) => {
      const body = await specOf(start, session, id, url, options);
      await (options.dryRun ? tryOut(session, body) : begin(session, body, options.wait));
    });
}

async function specOf(
  start: Command,
  session: Session,
  id: string | undefined,
  url: string | undefined,
  { file, backup = [] }: StartOptions,
): Promise<Record<string, unknown>> {
  const body = { ...(file !== undefined && (await readSpecFile(file, session.shell))), ...specFrom(start) };
  if (id !== undefined) body['stream_id'] = id;
  if (url !== undefined) {
    delete body['source_urls'];
    delete body['source_url'];
    Object.assign(body, backup.length > 0 ? { source_urls: [url, ...backup] } : { source_url: url });
  } else if (backup.length > 0) {
    throw new CommandError(
      EXIT.usage,
      '--backup needs the source it stands in for: lockstep start <id> <url> --backup …',
    );
  }
  if (body['stream_id'] === undefined)
    throw new CommandError(EXIT.usage, 'a stream needs an id: lockstep start <id> …');
  if (body['source_url'] === undefined && body['source_urls'] === undefined) {
    throw new CommandError(
      EXIT.usage,
      `a stream needs a source: lockstep start <id> <url>, which begins with ${SOURCES}`,
    );
  }
  return body;
}

async function tryOut(session: Session, body: Record<string, unknown>): Promise<void> {
  const answer = await session.api.ask<DryRun>('POST /streams', { query: { dry_run: 'true' }, body });
  session.show(answer, dryRunLines);
  if (!answer.fits) session.end(EXIT.refused);
}

async function begin(session: Session, body: Record<string, unknown>, wait: number | true | undefined): Promise<void> {
  const seconds = wait === true ? WAIT_SECONDS : wait;
  const { status, body: info } = await session.api.send<StreamInfo>('POST /streams', {
    body,
    ...(seconds !== undefined && {
      query: { wait: 'playable', timeout: seconds },
      timeoutMs: seconds * 1000 + WAIT_GRACE_MS,
    }),
  });
  const words = { 200: 'was running already', 202: `started, but not playable after ${seconds} s; it goes on` };
  const done = words[status as 200 | 202] ?? (seconds === undefined ? 'started' : 'playable');
  session.show(info, () => [`${info.stream_id} ${done}`, ...streamLines(info)]);
  if (status === 202) session.end(EXIT.refused);
}

function addUpdate(program: Command, session: Session): void {
  const update = program
    .command('update')
    .description('change a running stream: sources, slate, name, how long it is kept')
    .argument('<id>')
    .option('--source <url>', 'its sources from now on, the preferred one first; several times', collect)
    .option('-f, --file <file>', 'the fields to change as YAML or JSON, - for stdin; what is also given here counts');
  addSpecOptions(update, 'live').action(async (id: string, { source, file }: { source?: string[]; file?: string }) => {
    const changes: Record<string, unknown> = {
      ...(file !== undefined && (await readSpecFile(file, session.shell))),
      ...specFrom(update),
      ...(source && { source_urls: source }),
    };
    if (Object.keys(changes).length === 0) {
      throw new CommandError(EXIT.usage, 'nothing to change: lockstep update --help lists what can be');
    }
    const info = await session.api.ask<StreamInfo>('PATCH /streams/{id}', { path: { id }, body: changes });
    session.show(info, () => [`changed ${id}`, ...streamLines(info)]);
  });
}
