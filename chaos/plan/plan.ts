/** What happens when, drawn from a seed: the same seed and length always give the same plan. PURE. */
import { seededRandom, type Random } from '../../bad-source/random.js';
import { ACTS, SAYINGS, type ActName } from './acts.js';

export interface Act {
  readonly atSeconds: number;
  readonly name: ActName;
  /** From 0 up to 1: which of those there are at that moment is hit. */
  readonly pick: number;
  /** What the bad source is told. */
  readonly words?: string;
}

/** Before the first act, and after the last one: broken things must have healed by the end. */
export const CALM_SECONDS = { before: 3, after: 15 } as const;

/** Acts in the order of time, dealt from shuffled decks, so that a run of some length has every kind. */
export function planChaos(seed: number, seconds: number): Act[] {
  const random = seededRandom(seed);
  const acts: Act[] = [];
  let deck: ActName[] = [];
  let atSeconds = CALM_SECONDS.before + random() * 2;
  while (atSeconds < seconds - CALM_SECONDS.after) {
    if (deck.length === 0) deck = shuffled(random);
    const name = deck.pop()!;
    const pick = random();
    const words = name === 'say' ? { words: SAYINGS[Math.floor(pick * SAYINGS.length)]! } : {};
    acts.push({ atSeconds: Math.round(atSeconds * 100) / 100, name, pick, ...words });
    const [least, most] = ACTS[name].rest;
    atSeconds += least + random() * (most - least);
  }
  return acts;
}

/** Fisher and Yates. */
function shuffled(random: Random): ActName[] {
  const deck = (Object.keys(ACTS) as ActName[]).flatMap((name) => Array<ActName>(ACTS[name].cards).fill(name));
  for (let last = deck.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [deck[last], deck[other]] = [deck[other]!, deck[last]!];
  }
  return deck;
}
