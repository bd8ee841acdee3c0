export { StreamsModule } from './streams.module.js';
export { START_PIPELINE, StreamsService } from './streams.service.js';
export { EventStreams } from './subscribers/index.js';
export { SOURCE_LOOKUP } from './source-gate.js';
