/** All sources of a stream: opens, cuts and closes them as the staircase and the choice of a source say. */
import type { Clock } from '../../clock.js';
import type { Staircase, StaircaseStep } from '../../playout/index.js';
import type { Connection, ConnectionEvents } from './connection.js';
import { SourceChoice } from './source-choice.js';
import { SourceLine, type LineFact, type Programme } from './source-line.js';

export interface IntakeOptions {
  readonly sourceCount: number;
  readonly failBackAfterMs: number | null;
  readonly clock: Clock;
  readonly staircase: Staircase;
  readonly programme: Programme;
  readonly connect: (index: number, attempt: number, events: ConnectionEvents) => Connection;
  readonly onLine: (index: number, fact: LineFact) => void;
  /** What viewers see has changed: the step of the staircase, or the source. */
  readonly onProgramme: (step: StaircaseStep, onAir: number, pinned: boolean) => void;
}

/** Why there will be no more media. */
export type IntakeEnd = 'closed' | 'finished' | 'given-up';

export class Intake {
  private readonly choice: SourceChoice;
  private readonly lines = new Map<number, SourceLine>();
  private readonly closing = new Set<Promise<void>>();
  private told = '';
  private settle: (end: IntakeEnd) => void = () => undefined;
  private refuse: (error: unknown) => void = () => undefined;

  constructor(private readonly options: IntakeOptions) {
    this.choice = new SourceChoice({ count: options.sourceCount, failBackAfterMs: options.failBackAfterMs });
  }

  /** Settles when there will be no more media. Rejects with what a source's plan threw. */
  run(): Promise<IntakeEnd> {
    return new Promise((resolve, reject) => {
      [this.settle, this.refuse] = [resolve, reject];
      this.open(0).goOnAir();
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
        open: [...this.lines.values()].map((line) => line.state(now)),
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

  /** What the source on air delivers is of no use any longer. */
  reconnect(reason: string): void {
    this.lines.get(this.choice.onAir)?.reconnect(reason);
  }

  /** Settles when nothing of any source is left running. */
  async close(): Promise<void> {
    for (const index of [...this.lines.keys()]) this.shut(index);
    await Promise.all(this.closing);
    this.settle('closed');
  }

  private open(index: number): SourceLine {
    const { clock, programme, connect, onLine } = this.options;
    const line = new SourceLine({
      ...{ index, clock, programme },
      connect: (attempt, events) => connect(index, attempt, events),
      onFact: (fact) => onLine(index, fact),
      // One of several begins anew: a film that fills the gap, perhaps.
      repeats: this.options.sourceCount > 1,
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
    const closed = line.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }

  private tellProgramme(step: StaircaseStep): void {
    const { onAir, pinned } = this.choice;
    const now = `${step} ${onAir} ${pinned}`;
    if (now === this.told) return;
    this.told = now;
    this.options.onProgramme(step, onAir, pinned);
  }
}
