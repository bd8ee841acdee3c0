/** All sources of a stream: opens, cuts and closes them as the staircase and the choice of a source say. */
import type { Clock } from '../../clock.js';
import type { Staircase, StaircaseStep } from '../../playout/index.js';
import type { Connection, ConnectionEvents } from './connection.js';
import { SourceChoice, type Places } from './source-choice.js';
import { SourceLine, type LineFact, type Programme } from './source-line.js';

export interface IntakeOptions {
  readonly sourceCount: number;
  readonly failBackAfterMs: number | null;
  readonly clock: Clock;
  readonly staircase: Staircase;
  readonly programme: Programme;
  /** `place` is asked again whenever it matters: the list may change while the connection lasts. */
  readonly connect: (place: () => number | undefined, attempt: number, events: ConnectionEvents) => Connection;
  readonly onLine: (index: number, fact: LineFact) => void;
  /** What viewers see has changed: the step of the staircase, or the source. */
  readonly onProgramme: (step: StaircaseStep, onAir: number, pinned: boolean) => void;
}

/** Why there will be no more media. */
export type IntakeEnd = 'closed' | 'finished' | 'given-up';

/** A list of sources that takes the place of the one before. */
export interface SourceList {
  readonly count: number;
  readonly failBackAfterMs: number | null;
  /** Where the sources of the list before are in this one. */
  readonly places: Places;
}

export class Intake {
  private readonly choice: SourceChoice;
  private lines = new Map<number, SourceLine>();
  private sourceCount: number;
  private readonly closing = new Map<SourceLine, Promise<void>>();
  private isRunning = false;
  private told = '';
  private settle: (end: IntakeEnd) => void = () => undefined;
  private refuse: (error: unknown) => void = () => undefined;

  constructor(private readonly options: IntakeOptions) {
    this.sourceCount = options.sourceCount;
    this.choice = new SourceChoice({ count: options.sourceCount, failBackAfterMs: options.failBackAfterMs });
  }

  /** Settles when there will be no more media. Rejects with what a source's plan threw. */
  run(): Promise<IntakeEnd> {
    return new Promise((resolve, reject) => {
      [this.settle, this.refuse] = [resolve, reject];
      this.isRunning = true;
      this.open(this.choice.onAir).goOnAir();
    });
  }

  /** Looks after the sources. Call it several times a second. */
  steer(): void {
    const { clock, staircase } = this.options;
    const now = clock.now();
    for (const line of this.lines.values()) line.checkStalled();
    if (staircase.givesUp(now)) return this.settle('given-up');
    const step = staircase.step(now);
    const decided = this.choice.decide(
      {
        open: [...this.lines].map(([index, line]) => ({ index, ...line.state(now) })),
        absent: step !== 'source',
        wantsNext: staircase.wantsNextSource(now),
      },
      now,
    );
    if (decided.triesNext) staircase.triedNext(now);
    for (const index of decided.open) this.open(index);
    if (decided.goOnAir !== undefined) this.cutTo(decided.goOnAir);
    for (const index of decided.close) this.shut(index);
    this.tellProgramme(step);
  }

  /** Cuts to the source at `index` as soon as it delivers; undefined: as the list's order says. */
  want(index: number | undefined): void {
    this.choice.want(index);
    this.steer();
  }

  /**
   * Goes on with another list: sources that are in both stay connected, the one on air stays on air. If that is gone,
   * viewers go down the staircase until the new first one delivers, or another one that is open does.
   */
  rearrange(list: SourceList): void {
    const { count, failBackAfterMs, places } = list;
    for (const line of [...this.lines.values(), ...this.closing.keys()])
      line.index = line.index === undefined ? undefined : places[line.index];
    for (const index of this.lines.keys()) if (places[index] === undefined) this.shut(index);
    this.lines = new Map([...this.lines.values()].map((line) => [line.index!, line]));
    this.sourceCount = count;
    const isCut = this.choice.rearrange({ count, failBackAfterMs }, places);
    // The place of what is on air may be another: told anew in any case.
    this.told = '';
    if (!this.isRunning) return;
    if (isCut) {
      this.options.staircase.triedNext(this.options.clock.now());
      (this.lines.get(this.choice.onAir) ?? this.open(this.choice.onAir)).goOnAir();
    }
    this.steer();
  }

  /** What the source on air delivers is of no use any longer. */
  reconnect(reason: string): void {
    this.lines.get(this.choice.onAir)?.reconnect(reason);
  }

  /** Settles when nothing of any source is left running. */
  async close(): Promise<void> {
    this.isRunning = false;
    for (const index of [...this.lines.keys()]) this.shut(index);
    await Promise.all(this.closing.values());
    this.settle('closed');
  }

  private open(index: number): SourceLine {
    const { clock, programme, connect, onLine } = this.options;
    const line: SourceLine = new SourceLine({
      ...{ index, clock, programme },
      connect: (attempt, events) => connect(() => line.index, attempt, events),
      // What is on its way out of the list has nothing more to tell.
      onFact: (fact) => line.index !== undefined && onLine(line.index, fact),
      // One of several begins anew: a film that fills the gap, perhaps.
      repeats: () => this.sourceCount > 1,
    });
    this.lines.set(index, line);
    void this.keep(line);
    return line;
  }

  private async keep(line: SourceLine): Promise<void> {
    try {
      if (await line.run()) this.settle('finished');
    } catch (error) {
      this.refuse(error);
    }
  }

  private cutTo(index: number): void {
    for (const line of this.lines.values()) line.leaveAir();
    this.lines.get(index)!.goOnAir();
  }

  private shut(index: number): void {
    const line = this.lines.get(index);
    this.lines.delete(index);
    if (!line) return;
    const closed = line.close().finally(() => this.closing.delete(line));
    this.closing.set(line, closed);
  }

  private tellProgramme(step: StaircaseStep): void {
    const { onAir, pinned } = this.choice;
    const now = `${step} ${onAir} ${pinned}`;
    if (now === this.told) return;
    this.told = now;
    this.options.onProgramme(step, onAir, pinned);
  }
}
