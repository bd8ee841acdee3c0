/**
 * The first instants after a restart: media wait until every rendition has told its init segment, for only then is it
 * known whether the stream goes on as it was or begins a new period, in all renditions at once.
 */
import type { MediaFact } from './facts.js';

export class Resumption {
  /** What each rendition's media need now, as far as told; absent where nothing but gaps came. */
  readonly inits = new Map<string, string>();
  private readonly silent: Set<string>;
  private readonly waiting: MediaFact[] = [];

  constructor(renditions: readonly string[]) {
    this.silent = new Set(renditions);
  }

  /** Every rendition has spoken. */
  get isOver(): boolean {
    return this.silent.size === 0;
  }

  /** The facts that may be taken now, in order: media only when all have spoken. */
  admit(fact: MediaFact): readonly MediaFact[] {
    if (fact.kind === 'history') return [fact];
    const init = fact.kind === 'init' ? fact.init.name : fact.kind === 'part' ? fact.part.init : fact.segment.init;
    if (init !== '') this.inits.set(fact.rendition, init);
    this.silent.delete(fact.rendition);
    this.waiting.push(fact);
    return this.isOver ? this.waiting.splice(0) : [];
  }
}
