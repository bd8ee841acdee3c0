/** Entry of a stream's worker thread: runs one pipeline and speaks with the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PipelineCommand, PipelineMessage } from './messages.js';
import type { PipelineSpec } from './pipeline-spec.js';
import { StreamPipeline } from './stream-pipeline.js';

const ALIVE_EVERY_MS = 1_000;

const port = parentPort!;
const tell = (message: PipelineMessage): void => port.postMessage(message);
const pipeline = new StreamPipeline(workerData as PipelineSpec, tell);

port.on('message', (command: PipelineCommand) => {
  if (command.kind === 'want-source') pipeline.wantSource(command.index);
  else if (command.kind === 'update') pipeline.update(command.change);
  else void pipeline.stop(command.how);
});
setInterval(() => tell({ kind: 'alive' }), ALIVE_EVERY_MS).unref();
// With the port closed nothing keeps the thread alive.
void pipeline.run().then(() => port.close());
