/** Entry of a stream's worker thread: runs one pipeline and speaks with the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PipelineCommand } from './messages.js';
import type { PipelineSpec } from './pipeline-spec.js';
import { StreamPipeline } from './stream-pipeline.js';

const port = parentPort!;
const pipeline = new StreamPipeline(workerData as PipelineSpec, (fact) => port.postMessage(fact));

port.on('message', (command: PipelineCommand) => {
  if (command.kind === 'want-source') pipeline.wantSource(command.index);
  else void pipeline.stop(command.how);
});
// With the port closed nothing keeps the thread alive.
void pipeline.run().then(() => port.close());
