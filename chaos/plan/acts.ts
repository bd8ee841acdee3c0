/** What chaos can do, and how long it leaves the stream alone afterwards. PURE. */

export type ActName =
  | 'kill encoder'
  | 'stop encoder'
  | 'kill intake'
  | 'kill all ffmpegs'
  | 'kill server'
  | 'end server'
  | 'kill nginx'
  | 'kill server and nginx'
  | 'flood'
  | 'say';

export interface ActRule {
  readonly about: string;
  /** How often it is in a deck. */
  readonly cards: number;
  /** Seconds until the next act: at least, at most. */
  readonly rest: readonly [number, number];
}

export const ACTS: Readonly<Record<ActName, ActRule>> = {
  'kill encoder': { about: 'SIGKILL to one encoder', cards: 1, rest: [3, 6] },
  'stop encoder': { about: 'SIGSTOP to one encoder: alive, but silent', cards: 1, rest: [6, 9] },
  'kill intake': { about: 'SIGKILL to a decoder or to the tap before it', cards: 1, rest: [3, 6] },
  'kill all ffmpegs': { about: 'SIGKILL to every child of the server', cards: 1, rest: [5, 8] },
  'kill server': { about: 'SIGKILL to the server, which is started again at once', cards: 1, rest: [10, 14] },
  'end server': { about: 'SIGTERM to the server, which is started again when it has left', cards: 1, rest: [10, 14] },
  'kill nginx': { about: 'SIGKILL to nginx and its workers, started again at once', cards: 1, rest: [2, 4] },
  'kill server and nginx': { about: 'both at the same instant', cards: 1, rest: [10, 14] },
  flood: { about: 'two hundred requests at once, half of them broken off', cards: 1, rest: [2, 4] },
  say: { about: 'the bad source does something', cards: 5, rest: [2, 6] },
};

/** What the bad source may be told: each heals by itself, or by the next that says otherwise (docs/bad-source.md). */
export const SAYINGS: readonly string[] = [
  'drop 4',
  'drop 12',
  'stall 3',
  'freeze 2',
  'slow 4',
  'garbage 1',
  'late 700',
  'late 0',
  'jitter 200',
  'jitter 0',
  'bites 400',
  'bites 0',
  'backlog 4 drop 1',
  'jump 30',
  'jump -10',
  'wrap',
  'lossy 3 up 3 lossy 0',
  'drift 200',
  'size 320x180 rate 25',
  'size 426x240 rate 30000/1001',
  'sound off up 4 sound on',
  'samplerate 44100',
];
