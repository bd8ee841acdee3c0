export { StreamsModule } from './streams.module.js';
export { START_PIPELINE, StreamsService } from './streams.service.js';
