/** What nginx was asked, as nginx itself wrote it down: how often a player asks, what for, and what it was refused. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LoggedRequest {
  /** The second it was answered in, as nginx writes it. */
  readonly second: string;
  /** Path and query as the client sent them. */
  readonly target: string;
  readonly status: number;
}

export interface AccessLog {
  /** Where nginx is to write: the value of its `ACCESS_LOG`. */
  readonly file: string;
  /** What was answered since the last `mark`, oldest first. */
  requests(): Promise<LoggedRequest[]>;
  /** From here on only what comes is told. */
  mark(): Promise<void>;
  remove(): Promise<void>;
}

/** An empty log for `startNginx({ …, values: { ACCESS_LOG: log.file } })`. */
export async function createAccessLog(): Promise<AccessLog> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-access-'));
  const file = join(folder, 'access.log');
  await writeFile(file, '');
  const all = async (): Promise<LoggedRequest[]> => (await readFile(file, 'utf8')).split('\n').flatMap(parseLine);
  let seen = 0;
  return {
    file,
    requests: async () => (await all()).slice(seen),
    mark: async () => {
      seen = (await all()).length;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The most requests that were answered within one second. */
export function busiestSecond(requests: readonly LoggedRequest[]): number {
  const counts = new Map<string, number>();
  for (const { second } of requests) counts.set(second, (counts.get(second) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** Requests that were refused or failed. One that the client gave up itself (499) is none. */
export function refused(requests: readonly LoggedRequest[]): LoggedRequest[] {
  return requests.filter(({ status }) => status >= 400 && status !== 499);
}

const LINE = /^(\S+) \S+ "\S+ (\S+) [^"]*" (\d{3}) /;

function parseLine(line: string): LoggedRequest[] {
  const [, second, target, status] = LINE.exec(line) ?? [];
  return second && target ? [{ second, target, status: Number(status) }] : [];
}
