import { describe, expect, it } from 'vitest';
import type { PipelineFact } from './messages.js';
import { pipelineThreads, type Pipeline, type ThreadLimits } from './pipeline-thread.js';
import type { PipelineSpec } from './pipeline-spec.js';

const LIMITS: ThreadLimits = { bornWithinMs: 10_000, silentMs: 500, stopMs: 500 };
const SPEC = { streamId: 'camera' } as PipelineSpec;

interface Run {
  readonly pipeline: Pipeline;
  /** All facts, when the last one is there. */
  readonly over: Promise<readonly PipelineFact[]>;
  readonly soFar: readonly PipelineFact[];
}

/** A thread that runs this instead of a pipeline; `say` sends a message. */
function aThread(script: string, limits: Partial<ThreadLimits> = {}): Run {
  const module = `
    import { parentPort } from 'node:worker_threads';
    const say = (kind) => parentPort.postMessage({ kind });
    ${script}`;
  const start = pipelineThreads(new URL(`data:text/javascript,${encodeURIComponent(module)}`), {
    ...LIMITS,
    ...limits,
  });
  const soFar: PipelineFact[] = [];
  let pipeline: Pipeline;
  const over = new Promise<readonly PipelineFact[]>((resolve) => {
    pipeline = start(SPEC, (fact) => {
      soFar.push(fact);
      if (['ended', 'failed', 'paused'].includes(fact.kind)) resolve(soFar);
    });
  });
  return { pipeline: pipeline!, over, soFar };
}

const lost = (reason: string) =>
  expect.objectContaining({
    kind: 'failed',
    problem: expect.objectContaining({ code: 'pipeline-lost', facts: { streamId: 'camera', reason } }) as unknown,
  }) as unknown;

describe("a stream's thread", () => {
  it('that throws is lost, with what it threw', async () => {
    const { over } = aThread(`say('processes'); throw new Error('out of ideas');`);
    expect(await over).toEqual([{ kind: 'processes' }, lost('out of ideas')]);
  });

  it('that ends without a word is lost', async () => {
    expect(await aThread(`process.exit(0)`).over).toEqual([lost('the thread ended')]);
  });

  it('that is stuck is ended, and lost', async () => {
    const { over } = aThread(`say('processes'); for (;;);`);
    expect(await over).toEqual([{ kind: 'processes' }, lost('the thread said nothing for 0.5 s')]);
  });

  it('that never begins to speak is ended, and lost', async () => {
    const { over } = aThread(`for (;;);`, { bornWithinMs: 300 });
    expect(await over).toEqual([lost('the thread said nothing for 0.3 s')]);
  });

  it('that has nothing to tell but is alive goes on, and nobody hears of it', async () => {
    const { pipeline, over, soFar } = aThread(`
      const beat = setInterval(() => say('alive'), 50);
      setTimeout(() => say('processes'), 1500);
      parentPort.once('message', () => { say('ended'); clearInterval(beat); parentPort.close(); });`);
    while (soFar.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await pipeline.stop('end');
    expect(await over).toEqual([{ kind: 'processes' }, { kind: 'ended' }]);
  });

  it('that does not leave when it is told to is ended', async () => {
    const { pipeline, over } = aThread(`setInterval(() => say('alive'), 50);`);
    await pipeline.stop('pause');
    expect(await over).toEqual([lost('not gone 0.5 s after it was told to stop')]);
  });
});
