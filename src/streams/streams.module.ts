import { Module } from '@nestjs/common';
import { startPipelineThread } from '../engine/pipeline/index.js';
import { OriginModule } from '../origin/index.js';
import { StreamsController } from './streams.controller.js';
import { StreamsMetrics } from './streams.metrics.js';
import { StreamsRepository } from './streams.repository.js';
import { START_PIPELINE, StreamsService } from './streams.service.js';

/** Live streams: API, lifecycle, stale sweep. */
@Module({
  imports: [OriginModule],
  controllers: [StreamsController],
  providers: [
    StreamsService,
    StreamsRepository,
    StreamsMetrics,
    { provide: START_PIPELINE, useValue: startPipelineThread },
  ],
})
export class StreamsModule {}
