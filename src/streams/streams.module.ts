import { Module } from '@nestjs/common';
import { startPipelineThread } from '../engine/pipeline/index.js';
import { OriginModule } from '../origin/index.js';
import { DiskModule } from '../platform/disk/index.js';
import { Admission } from './admission.js';
import { CapacityController } from './capacity.controller.js';
import { CapacityMetrics } from './capacity.metrics.js';
import { ExplainService, Observations } from './explain/index.js';
import { Machine } from './machine.js';
import { StreamsController } from './streams.controller.js';
import { StreamsMetrics } from './streams.metrics.js';
import { StreamsRepository } from './streams.repository.js';
import { START_PIPELINE, StreamsService } from './streams.service.js';

/** Live streams: API, lifecycle, admission, stale sweep. */
@Module({
  imports: [OriginModule, DiskModule],
  controllers: [StreamsController, CapacityController],
  providers: [
    StreamsService,
    StreamsRepository,
    StreamsMetrics,
    Machine,
    Admission,
    CapacityMetrics,
    Observations,
    ExplainService,
    { provide: START_PIPELINE, useValue: startPipelineThread },
  ],
})
export class StreamsModule {}
