import { describe, expect, it } from 'vitest';
import { Frame, Staircase, type StaircaseStep } from '../../playout/index.js';
import { Problem } from '../../problem.js';
import { ratio } from '../../timeline/index.js';
import type { Connection, ConnectionEnd, ConnectionEvents } from './connection.js';
import { Intake } from './intake.js';
import type { LineFact } from './source-line.js';
import { placesOf } from './source-places.js';

/** A connection that delivers when a test says so, and ends when it is closed. */
class PretendConnection {
  closed = false;
  private settle!: (end: ConnectionEnd) => void;
  readonly ended = new Promise<ConnectionEnd>((settle) => (this.settle = settle));

  constructor(
    readonly url: string,
    readonly events: ConnectionEvents,
  ) {
    events.onOpen(1, ratio(30));
  }

  deliver(): void {
    this.events.onVideo(0, new Frame(Buffer.from(this.url)));
  }

  close(): Promise<void> {
    this.closed = true;
    this.settle({ kind: 'lost', problem: new Problem('source-unreachable', {}) });
    return Promise.resolve();
  }
}

/** An intake with a clock that a test moves. */
function anIntake(urls: string[], { begun = true } = {}) {
  let nowMs = 0;
  let list = urls;
  const shown: string[] = [];
  const facts: [number, LineFact['state']][] = [];
  const programme: [StaircaseStep, number][] = [];
  const connections: PretendConnection[] = [];
  const staircase = new Staircase({ slateAfterMs: 3_000, nextSourceAfterMs: 5_000, giveUpAfterMs: null }, 0);
  const intake = new Intake({
    ...{ sourceCount: urls.length, failBackAfterMs: null, clock: { now: () => nowMs }, staircase },
    programme: {
      begin: () => undefined,
      video: (_, { bytes }) => {
        shown.push(String(bytes));
        staircase.played(nowMs);
      },
      audio: () => undefined,
    },
    connect: (place, _, events) => {
      const connection = new PretendConnection(list[place()!]!, events);
      connections.push(connection);
      const rest = { run: () => connection.ended, checkStalled: () => undefined, breakOff: () => undefined };
      return Object.assign(connection, rest) as unknown as Connection;
    },
    onLine: (index, fact) => facts.push([index, fact.state]),
    onProgramme: (step, onAir) => programme.push([step, onAir]),
  });
  const begin = (): void => void intake.run();
  if (begun) begin();
  return {
    ...{ begin, intake, shown, facts, programme },
    of: (url: string) => connections.findLast((connection) => connection.url === url),
    use: (next: string[]): void => {
      const places = placesOf(list, next);
      list = next;
      intake.rearrange({ count: next.length, failBackAfterMs: null, places });
    },
    pass: (ms: number, ...delivering: string[]): void => {
      for (const until = nowMs + ms; nowMs < until; nowMs += 100) {
        for (const connection of connections)
          if (!connection.closed && delivering.includes(connection.url)) connection.deliver();
        intake.steer();
      }
    },
  };
}

describe('the intake, when its list of sources changes', () => {
  it('does not touch the source on air, wherever it is in the new list', () => {
    const { use, of, pass, shown, programme, facts } = anIntake(['a', 'b']);
    pass(1_000, 'a');
    const connection = of('a')!;
    use(['c', 'a']);
    pass(1_000, 'a');
    expect(of('a')).toBe(connection);
    expect(connection.closed).toBe(false);
    expect(new Set(shown)).toEqual(new Set(['a']));
    expect(shown).toHaveLength(20);
    expect(programme).toEqual([
      ['source', 0],
      ['source', 1],
    ]);
    expect(facts).toEqual([[0, 'connecting']]);
  });

  it('leaves a source that was removed at once, and shows the new first one when that delivers', () => {
    const { use, of, pass, shown, programme } = anIntake(['a']);
    pass(1_000, 'a');
    use(['b']);
    expect(of('a')!.closed).toBe(true);
    pass(1_000);
    expect(programme.at(-1)).toEqual(['repeat', 0]);
    pass(1_000, 'b');
    expect(programme.at(-1)).toEqual(['source', 0]);
    expect(shown.at(-1)).toBe('b');
  });

  it('tells nothing of a source that is no longer in the list', async () => {
    const { use, of, pass, facts, intake } = anIntake(['a']);
    pass(500, 'a');
    use(['b']);
    await of('a')!.ended;
    await intake.close();
    expect(facts.filter(([, state]) => state === 'closed')).toEqual([[0, 'closed']]);
  });

  it('cuts to another open source when the one on air is removed', () => {
    const { use, of, pass, shown, intake } = anIntake(['a', 'b']);
    pass(500, 'a');
    intake.want(1);
    pass(300, 'a', 'b');
    use(['b']);
    pass(300, 'b');
    expect(of('b')!.closed).toBe(false);
    expect(shown.at(-1)).toBe('b');
  });

  it('begins with the new first one when the list changes before anything was opened', () => {
    const { begin, use, of, pass, shown } = anIntake(['a', 'b'], { begun: false });
    use(['b', 'c']);
    begin();
    pass(300, 'b');
    expect(of('a')).toBeUndefined();
    expect(shown.at(-1)).toBe('b');
  });
});
