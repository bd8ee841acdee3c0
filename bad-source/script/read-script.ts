/** Reads a script: words and their arguments, apart by white space. PURE. */
import type { Picture } from '../camera/picture.js';
import { WORDS, type Word, type WordRule } from './words.js';

/** Says which word, where it stands, and what to write instead. */
export class ScriptError extends Error {}

interface Token {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/**
 * The words of a script in order. `before` is what the source shows when the script begins. Throws ScriptError for what
 * is no word or no argument, for a `loop` that takes no time, and where neither picture nor sound would be left.
 */
export function readScript(text: string, before: Pick<Picture, 'picture' | 'sound'> = BOTH): readonly Word[] {
  const tokens = [...text.matchAll(/\S+/g)].map((match): Token => ({ text: match[0], column: match.index + 1 }));
  const words: Word[] = [];
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]!;
    const where = `word ${words.length + 1}, "${token.text}" (column ${token.column})`;
    if (isLast(words.at(-1)))
      throw new ScriptError(`${where}: nothing is played after "${words.at(-1)!.text}"; leave it out`);
    const rule = ruleOf(token, where);
    const argument = rule.argument === undefined ? undefined : tokens[at + 1];
    words.push(readWord(token, rule, argument, where));
    at += rule.argument === undefined ? 1 : 2;
  }
  assertLoopTakesTime(words);
  assertSomethingIsShown(words, before);
  return words;
}

const BOTH = { picture: true, sound: true };

const isLast = (word: Word | undefined): boolean => word?.kind === 'loop' || word?.kind === 'end';

function ruleOf({ text }: Token, where: string): WordRule {
  if (Object.hasOwn(WORDS, text)) return WORDS[text]!;
  const close = Object.keys(WORDS).find((name) => distance(name, text.toLowerCase()) <= 2);
  const hint = close === undefined ? '' : ` Did you mean "${close}"?`;
  throw new ScriptError(`${where}: no such word.${hint} The words are ${Object.keys(WORDS).join(', ')}`);
}

function readWord(token: Token, rule: WordRule, argument: Token | undefined, where: string): Word {
  const needed = `it needs ${rule.argument}, such as "${rule.example}"`;
  if (rule.argument !== undefined && argument === undefined) throw new ScriptError(`${where}: ${needed}`);
  const meaning = rule.read(argument?.text ?? '');
  if (!meaning) throw new ScriptError(`${where}: ${needed}, not "${argument!.text}"`);
  return { ...meaning, text: argument ? `${token.text} ${argument.text}` : token.text };
}

function assertLoopTakesTime(words: readonly Word[]): void {
  if (words.at(-1)?.kind !== 'loop') return;
  if (words.some((word) => word.kind === 'spell' && word.seconds >= 0.1)) return;
  throw new ScriptError(
    `word ${words.length}, "loop": what it repeats takes no time; write at least a tenth of a second of something, such as "up 10", before it`,
  );
}

/** A loop is gone through twice: its second round begins with what the first one left. */
function assertSomethingIsShown(words: readonly Word[], before: Pick<Picture, 'picture' | 'sound'>): void {
  let shown = before;
  for (const round of words.at(-1)?.kind === 'loop' ? [words, words] : [words]) {
    round.forEach((word, index) => {
      if (word.kind !== 'picture') return;
      shown = { ...shown, ...word.change };
      if (shown.picture || shown.sound) return;
      const other = word.change.picture === false ? 'sound on' : 'picture on';
      throw new ScriptError(
        `word ${index + 1}, "${word.text}": neither picture nor sound is left; write "${other}" before it`,
      );
    });
  }
}

/** Letters to change, add or leave out (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === other ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
