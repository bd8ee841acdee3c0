/** One rendition's way onto disk: one file after the other, in order, and each fact only after its file. */
import type { MediaStore } from '../storage/index.js';
import type { TrackDescription } from '../timeline/index.js';
import type { MediaFact } from './facts.js';

export interface PublisherOptions {
  readonly rendition: string;
  readonly store: MediaStore;
  readonly onFact: (fact: MediaFact) => void;
  /** A file could not be written: told once per failure, with what the store says. */
  readonly onWriteFailed: (error: unknown) => void;
}

export interface NewFile {
  readonly name: string;
  readonly pieces: readonly Buffer[];
  /** A second name of the same file. */
  readonly alias?: string;
}

interface NewInit {
  readonly description: TrackDescription;
  readonly bytes: Buffer;
  /** The first segment that needs it. */
  readonly segment: number;
}

export class Publisher {
  private readonly unwrittenInits: NewInit[] = [];
  private writes: Promise<void> = Promise.resolve();

  constructor(private readonly options: PublisherOptions) {}

  /** From this segment on files need this init segment: it goes to disk before any of them. */
  useInit(init: NewInit): void {
    this.inTurn(async () => {
      this.unwrittenInits.push(init);
      await this.write([]);
    });
  }

  /** Writes the files, then tells the facts: `facts(false)` where a file could not be written. */
  publish(files: readonly NewFile[], facts: (written: boolean) => readonly MediaFact[]): void {
    this.inTurn(async () => {
      const written = await this.write(files);
      for (const fact of facts(written)) this.options.onFact(fact);
    });
  }

  /** Settles when all that was published so far is on disk and told. */
  settled(): Promise<void> {
    return this.writes;
  }

  private inTurn(act: () => Promise<void>): void {
    this.writes = this.writes.then(act);
  }

  private async write(files: readonly NewFile[]): Promise<boolean> {
    const { rendition, store, onWriteFailed } = this.options;
    try {
      await this.writeInits();
      for (const { name, pieces, alias } of files) await store.write(rendition, name, pieces, alias);
      return true;
    } catch (error) {
      onWriteFailed(error);
      return false;
    }
  }

  /** A header is tried again with every file until it is there: nothing plays without it. */
  private async writeInits(): Promise<void> {
    const { rendition, store, onFact } = this.options;
    for (let init = this.unwrittenInits[0]; init; init = this.unwrittenInits[0]) {
      const { name } = init.description;
      await store.writeInit(rendition, name, init.bytes);
      const known = (await store.initChanges(rendition)).at(-1)?.init;
      if (known !== name) await store.noteInit(rendition, { segment: init.segment, init: name });
      this.unwrittenInits.shift();
      onFact({ kind: 'init', rendition, init: init.description });
    }
  }
}
