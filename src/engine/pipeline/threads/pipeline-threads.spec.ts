import { describe, expect, it } from 'vitest';
import type { PipelineFact } from '../messages.js';
import type { PipelineSpec } from '../pipeline-spec.js';
import type { ThreadLimits } from './pipeline-thread.js';
import { PipelineThreads, type Pipeline } from './pipeline-threads.js';

const LIMITS: ThreadLimits = { bornWithinMs: 10_000, silentMs: 500, stopMs: 500 };

interface Run {
  readonly pipeline: Pipeline;
  /** All facts, when the last one is there. */
  readonly over: Promise<readonly PipelineFact[]>;
  readonly soFar: readonly PipelineFact[];
  /** When it has told the first. */
  readonly begun: Promise<PipelineFact>;
}

/**
 * Threads that run this instead of pipelines. In it `seats` maps the ids of streams to their seats, `say` tells a fact of one,
 * `gone` that it is, `alive` that the thread is; `on.run` and `on.stop` may be set to be told an id.
 */
function threads(script: string, { most = 1, ...limits }: Partial<ThreadLimits> & { most?: number } = {}) {
  const module = `
    import { parentPort as port, threadId } from 'node:worker_threads';
    const seats = new Map();
    const on = { run() {}, stop() {} };
    const alive = () => port.postMessage({ kind: 'alive' });
    const say = (id, kind) => port.postMessage({ kind: 'fact', seat: seats.get(id), fact: { kind, threadId } });
    const gone = (id) => { port.postMessage({ kind: 'gone', seat: seats.get(id) }); seats.delete(id); };
    port.on('message', ({ kind, seat, spec }) => {
      if (kind === 'leave') return port.close();
      if (kind === 'run') seats.set(spec.streamId, seat);
      const id = [...seats].find(([, of]) => of === seat)[0];
      on[kind === 'run' ? 'run' : 'stop'](id);
    });
    ${script}`;
  const entry = new URL(`data:text/javascript,${encodeURIComponent(module)}`);
  const all = new PipelineThreads({ entry, most, limits: { ...LIMITS, ...limits } });
  return { all, run: (id = 'camera') => follow(all, id) };
}

function follow(all: PipelineThreads, streamId: string): Run {
  const soFar: PipelineFact[] = [];
  let begin: (fact: PipelineFact) => void = () => undefined;
  let end = (): void => undefined;
  const begun = new Promise<PipelineFact>((resolve) => (begin = resolve));
  const over = new Promise<readonly PipelineFact[]>((resolve) => (end = () => resolve(soFar)));
  const pipeline = all.start({ streamId } as PipelineSpec, (fact) => {
    soFar.push(fact);
    begin(fact);
    if (['ended', 'failed', 'paused'].includes(fact.kind)) end();
  });
  return { pipeline, over, soFar, begun };
}

/** Says once that a pipeline runs, and ends it when it is told to. */
const WELL = `
  setInterval(alive, 50).unref();
  on.run = (id) => say(id, 'processes');
  on.stop = (id) => { say(id, 'ended'); gone(id); };`;

const said = (kind: string): unknown => expect.objectContaining({ kind });
const lost = (reason: string, streamId = 'camera'): unknown =>
  expect.objectContaining({
    kind: 'failed',
    problem: expect.objectContaining({ code: 'pipeline-lost', facts: { streamId, reason } }) as unknown,
  });
const threadOf = async ({ begun }: Run): Promise<unknown> =>
  ((await begun) as unknown as { threadId: number }).threadId;

describe("a stream's thread", () => {
  it('that throws is lost, with what it threw', async () => {
    const { run } = threads(`on.run = (id) => { say(id, 'processes'); throw new Error('out of ideas'); };`);
    expect(await run().over).toEqual([said('processes'), lost('out of ideas')]);
  });

  it('that ends without a word is lost', async () => {
    expect(await threads(`process.exit(0)`).run().over).toEqual([lost('the thread ended')]);
  });

  it('that is stuck is ended, and lost', async () => {
    const { run } = threads(`on.run = (id) => { say(id, 'processes'); for (;;); };`);
    expect(await run().over).toEqual([said('processes'), lost('the thread said nothing for 0.5 s')]);
  });

  it('that never begins to speak is ended, and lost', async () => {
    const { run } = threads(`for (;;);`, { bornWithinMs: 300 });
    expect(await run().over).toEqual([lost('the thread said nothing for 0.3 s')]);
  });

  it('that has nothing to tell but is alive goes on, and nobody hears of it', async () => {
    // Three times as long as silence may last.
    const { run } = threads(`${WELL}
      on.run = (id) => {
        let beats = 0;
        setInterval(() => (alive(), (beats += 1) === 30 && say(id, 'processes')), 50).unref();
      };`);
    const { pipeline, over, begun } = run();
    await begun;
    await pipeline.stop('end');
    expect(await over).toEqual([said('processes'), said('ended')]);
  });

  it('whose pipeline does not go when it is told to is ended', async () => {
    const { pipeline, over } = threads(`setInterval(alive, 50);`).run();
    await pipeline.stop('pause');
    expect(await over).toEqual([lost('not gone 0.5 s after it was told to stop')]);
  });
});

describe('streams', () => {
  it('have a thread each, as long as there are fewer than threads, and share the emptiest then', async () => {
    const { run, all } = threads(WELL, { most: 2 });
    const runs = ['a', 'b', 'c', 'd'].map((id) => run(id));
    const [a, b, c, d] = await Promise.all(runs.map(threadOf));
    expect(a).not.toBe(b);
    expect([c, d]).toEqual([a, b]);
    expect(all.count).toBe(2);
    await runs[1]!.pipeline.stop('end');
    expect(runs[3]!.soFar).toEqual([said('processes')]);
    const e = run('e');
    expect(await threadOf(e)).toBe(b);
    await Promise.all([...runs, e].filter((_, index) => index !== 1).map(({ pipeline }) => pipeline.stop('end')));
  });

  it('leave a thread that ends when the last of them has left, and the next one has a new one', async () => {
    const { run } = threads(WELL);
    const [first, second] = [run('a'), run('b')];
    const thread = await threadOf(first);
    await Promise.all([first, second].map(({ pipeline }) => pipeline.stop('end')));
    const third = run('a');
    expect(await threadOf(third)).not.toBe(thread);
    await third.pipeline.stop('end');
  });

  it('that share a thread are lost together, once, and never put together again', async () => {
    const { run } = threads(`${WELL} on.stop = () => { throw new Error('poison'); };`);
    const together = ['a', 'b', 'c'].map((id) => run(id));
    await Promise.all(together.map(threadOf));
    void together[0]!.pipeline.stop('end');
    const ends = await Promise.all(together.map(({ over }) => over));
    expect(ends.map((facts) => facts.at(-1))).toEqual(['a', 'b', 'c'].map((id) => lost('poison', id)));
    const again = ['a', 'b', 'c', 'd'].map((id) => run(id));
    expect(new Set(await Promise.all(again.map(threadOf))).size).toBe(4);
    await again[0]!.pipeline.stop('end');
    expect(await again[0]!.over).toEqual([said('processes'), lost('poison', 'a')]);
    expect(again.slice(1).map(({ soFar }) => soFar.length)).toEqual([1, 1, 1]);
    await Promise.all(again.map(({ pipeline }) => pipeline.stop('end')));
  });
});
