/** Entry of a worker thread: runs the pipelines it is given and speaks with the main thread. */
import { parentPort } from 'node:worker_threads';
import { Problem } from '../../problem.js';
import type { PipelineFact } from '../messages.js';
import type { PipelineSpec } from '../pipeline-spec.js';
import { StreamPipeline } from '../stream-pipeline.js';
import type { FromThread, ToThread } from './messages.js';

const ALIVE_EVERY_MS = 1_000;

const port = parentPort!;
const tell = (message: FromThread): void => port.postMessage(message);
const pipelines = new Map<number, StreamPipeline>();

port.on('message', (message: ToThread) => {
  // With the port closed nothing keeps the thread alive.
  if (message.kind === 'leave') port.close();
  else if (message.kind === 'run') void run(message.seat, message.spec);
  else obey(message);
});
setInterval(() => tell({ kind: 'alive' }), ALIVE_EVERY_MS).unref();

async function run(seat: number, spec: PipelineSpec): Promise<void> {
  const emit = (fact: PipelineFact): void => tell({ kind: 'fact', seat, fact });
  try {
    const pipeline = new StreamPipeline(spec, emit, () => 1 / pipelines.size);
    pipelines.set(seat, pipeline);
    await pipeline.run();
  } catch (error) {
    emit({ kind: 'failed', problem: Problem.wrap(error).toJSON() });
  }
  pipelines.delete(seat);
  tell({ kind: 'gone', seat });
}

function obey({ seat, command }: Extract<ToThread, { kind: 'command' }>): void {
  const pipeline = pipelines.get(seat);
  if (command.kind === 'want-source') pipeline?.wantSource(command.index);
  else if (command.kind === 'update') pipeline?.update(command.change);
  else void pipeline?.stop(command.how);
}
