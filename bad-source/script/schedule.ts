/** Whose turn it is: steps through the words of a script as time passes. PURE: time is an argument. */
import type { Word } from './words.js';

export type Turn = { readonly kind: 'begins'; readonly word: Word } | { readonly kind: 'ends'; readonly word: Word };

type Spell = Word & { kind: 'spell' };

export class Schedule {
  private words: readonly Word[] = [];
  private next = 0;
  private current: { readonly word: Spell; readonly endsAtMs: number } | undefined;
  /** When the word before was over: words follow each other exactly, however late they are asked for. */
  private atMs = 0;

  /** The word whose time runs; undefined when all have been played. */
  get inForce(): { readonly word: Word; readonly endsAtMs: number } | undefined {
    return this.current;
  }

  /** When there is something to do: when the word in force ends. */
  get nextAtMs(): number | undefined {
    return this.current?.endsAtMs;
  }

  /** Ends what is in force, forgets what was to come, and plays these words instead. */
  say(words: readonly Word[], nowMs: number): Turn[] {
    const turns = this.endCurrent();
    this.words = words;
    this.next = 0;
    this.atMs = nowMs;
    return [...turns, ...this.advance(nowMs)];
  }

  /** What has begun and ended by now, in order. */
  advance(nowMs: number): Turn[] {
    const turns: Turn[] = [];
    for (;;) {
      if (this.current) {
        if (this.current.endsAtMs > nowMs) return turns;
        this.atMs = this.current.endsAtMs;
        turns.push(...this.endCurrent());
      }
      const word = this.words[this.next];
      if (!word) return turns;
      this.next += 1;
      if (word.kind === 'loop') {
        this.next = 0;
        continue;
      }
      turns.push({ kind: 'begins', word });
      if (word.kind === 'spell') this.current = { word, endsAtMs: this.atMs + word.seconds * 1000 };
    }
  }

  private endCurrent(): Turn[] {
    const ended = this.current;
    this.current = undefined;
    return ended ? [{ kind: 'ends', word: ended.word }] : [];
  }
}
