/**
 * Whether the disk takes media. It is closed before the disk is full, for half a file helps nobody and the database and
 * the log need room too, and while the disk refuses to be written. An episode is told when it begins and when it is over,
 * however many writes fall into it.
 */
import { Problem } from '../problem.js';
import { diskSpaceOf, type DiskSpace } from './disk-space.js';

export interface RoomOptions {
  /** Where it is looked for room. */
  readonly folder: string;
  /** Kept free, in bytes. */
  readonly reserveBytes: number;
  /** Told the problem when an episode begins, undefined when it is over. */
  readonly onChange?: (problem: Problem | undefined) => void;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly look?: (folder: string) => Promise<DiskSpace>;
}

type State =
  | { readonly kind: 'open' }
  /** Until there is more room. */
  | { readonly kind: 'full'; readonly problem: Problem }
  /** The disk said no: one write at a time finds out whether it still does. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly retryAtMs: number };

/** As often as the file system is asked. */
const LOOK_EVERY_MS = 500;
const RETRY_EVERY_MS = 500;
/** Opened again with this much more than the reserve, or every file that goes would let one in. */
const REOPEN_AT = 1.25;
/** Files kept free: a stream of four renditions makes forty in a second of its parts. */
export const RESERVED_FILES = 1_000;

export class Room {
  onChange: (problem: Problem | undefined) => void;
  private state: State = { kind: 'open' };
  private lookedAtMs = -Infinity;
  private looking: Promise<void> | undefined;

  constructor(private readonly options: RoomOptions) {
    this.onChange = options.onChange ?? (() => undefined);
  }

  /** Why nothing is written at the moment. */
  get problem(): Problem | undefined {
    return this.state.kind === 'open' ? undefined : this.state.problem;
  }

  /**
   * Runs a write. Rejects with `disk-full`, `output-not-writable` or `too-many-open-files`; nothing was run where it is
   * closed. What is `begun` may be finished on the reserve, and only a disk that refuses keeps it from that.
   */
  async use<T>(write: () => Promise<T>, begun = false): Promise<T> {
    await this.look();
    this.pass(begun);
    try {
      const result = await write();
      // What succeeds while there is too little room says nothing about the room.
      if (this.state.kind === 'refused') this.turn({ kind: 'open' });
      return result;
    } catch (error) {
      throw this.refuse(error);
    }
  }

  /** Throws while it is closed, but for one try in a while where the disk had refused. */
  private pass(begun: boolean): void {
    const { state } = this;
    if (state.kind === 'open' || (state.kind === 'full' && begun)) return;
    const nowMs = this.now();
    if (state.kind === 'full' || nowMs < state.retryAtMs) throw state.problem;
    this.state = { ...state, retryAtMs: nowMs + RETRY_EVERY_MS };
  }

  private refuse(error: unknown): Problem {
    const problem = problemOf(error, this.options.folder);
    const retryAtMs = this.now() + RETRY_EVERY_MS;
    if (this.state.kind === 'open') this.turn({ kind: 'refused', problem, retryAtMs });
    return problem;
  }

  private async look(): Promise<void> {
    if (this.now() - this.lookedAtMs >= LOOK_EVERY_MS) {
      this.lookedAtMs = this.now();
      this.looking = this.judge().finally(() => (this.looking = undefined));
    }
    await this.looking;
  }

  private async judge(): Promise<void> {
    const { folder, reserveBytes, look = diskSpaceOf } = this.options;
    const space = await look(folder).catch(() => undefined);
    // Who cannot look finds out by writing.
    if (!space) return;
    const factor = this.state.kind === 'full' ? REOPEN_AT : 1;
    const problem = shortage(space, folder, { bytes: reserveBytes * factor, files: RESERVED_FILES * factor });
    if (problem && this.state.kind !== 'full') this.turn({ kind: 'full', problem });
    else if (!problem && this.state.kind === 'full') this.turn({ kind: 'open' });
  }

  private turn(state: State): void {
    const before = this.problem?.code;
    this.state = state;
    if (this.problem?.code !== before) this.onChange(this.problem);
  }

  private now(): number {
    return this.options.now?.() ?? performance.now();
  }
}

/** What is short, as the problem `disk-full`; undefined where there is enough. PURE. */
export function shortage(
  { freeBytes, freeFiles }: DiskSpace,
  folder: string,
  needed: { readonly bytes: number; readonly files: number },
): Problem | undefined {
  if (freeBytes < needed.bytes) {
    const [free, least] = [megabytes(freeBytes), megabytes(needed.bytes)];
    const detail = `${folder} has ${free} MB free, and ${least} MB are kept free: nothing is written until there is room`;
    return new Problem('disk-full', { folder, free_mb: free, needed_mb: least }, { detail });
  }
  if (freeFiles < needed.files) {
    const detail = `the file system of ${folder} can take ${freeFiles} more files, and ${needed.files} are kept free: nothing is written until old files go`;
    return new Problem('disk-full', { folder, free_files: freeFiles, needed_files: needed.files }, { detail });
  }
  return undefined;
}

/** A refused write as a person understands it. PURE. */
export function problemOf(error: unknown, folder: string): Problem {
  if (error instanceof Problem) return error;
  const { code = String(error) } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  if (code === 'ENOSPC') {
    return new Problem('disk-full', { folder, reason: code }, { ...cause, detail: `${folder} is full` });
  }
  if (code === 'EDQUOT') {
    return new Problem(
      'disk-full',
      { folder, reason: code },
      { ...cause, detail: `the quota of ${folder} is used up` },
    );
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    const whose = code === 'EMFILE' ? 'this process (ulimit -n)' : 'the system';
    const detail = `no file can be opened: the limit of ${whose} is reached`;
    return new Problem('too-many-open-files', { reason: code }, { ...cause, detail });
  }
  const words = WORDS[code] ?? code;
  return new Problem('output-not-writable', { folder, reason: code }, { ...cause, detail: `${folder}: ${words}` });
}

const WORDS: Readonly<Record<string, string>> = {
  EROFS: 'the file system is mounted read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EIO: 'the disk reports an error',
  ENOENT: 'the folder is gone',
  ENOTDIR: 'a file is where the folder should be',
};

/** To one digit. */
const megabytes = (bytes: number): number => Math.floor(bytes / 1e5) / 10;
