/** The sources of a stream as they stand, through changes of their list. */
import { placesOf, type PipelineFact, type Places } from '../../engine/pipeline/index.js';
import { healthAfter, type SourceHealth } from '../programme.js';
import { publicWords } from './public-words.js';
import { publicSource } from './source-policy.js';

type SourceFact = Extract<PipelineFact, { kind: 'source' }>;

export class StreamSources {
  /** The preferred one first. */
  health: readonly SourceHealth[];
  /** Cleans what children say of all that this stream was ever fed from: the last words of a removed source come late. */
  words: (line: string) => string;
  private readonly everRead: Set<string>;
  /** Changes the pipeline has not taken over yet: until it has, it counts by the list before. */
  private underWay: Places[] = [];

  constructor(private urls: readonly string[]) {
    this.everRead = new Set(urls);
    this.words = publicWords(urls);
    this.health = urls.map(unread);
  }

  /** Takes another list, and says where the sources of the one before are in it. */
  replace(urls: readonly string[]): Places {
    const places = placesOf(this.urls, urls);
    this.health = urls.map((url, index) => {
      const before = places.indexOf(index);
      return before < 0 ? unread(url) : this.health[before]!;
    });
    this.urls = urls;
    for (const url of urls) this.everRead.add(url);
    this.words = publicWords([...this.everRead]);
    this.underWay.push(places);
    return places;
  }

  /** The pipeline counts by the next list from now on. */
  takenOver(): void {
    this.underWay.shift();
  }

  /** Another pipeline begins with the list as it is. */
  begunAnew(): void {
    this.underWay = [];
  }

  /** Where the source is now that the pipeline calls `index`; undefined: no longer in the list. */
  placeOf(index: number): number | undefined {
    return this.underWay.reduce<number | undefined>(
      (place, places) => (place === undefined ? undefined : places[place]),
      index,
    );
  }

  /** `fact.index` is a place in the list as it is now. */
  take(fact: SourceFact): void {
    this.health = this.health.map((source, index) => (index === fact.index ? healthAfter(source, fact) : source));
  }
}

const unread = (url: string): SourceHealth => ({
  ...{ url: publicSource(url), state: 'closed', losses: 0, lastProblem: undefined },
});
