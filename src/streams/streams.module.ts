import { Module } from '@nestjs/common';
import { coresAvailable } from '../engine/capacity/index.js';
import { PipelineThreads, systemLookup, type StartPipeline } from '../engine/pipeline/index.js';
import { OriginModule } from '../origin/index.js';
import { DiskModule } from '../platform/disk/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { Admission, Machine } from './capacity/index.js';
import { CapacityController } from './capacity.controller.js';
import { CapacityMetrics } from './capacity.metrics.js';
import { StreamEvents } from './events/index.js';
import { ExplainService, Observations } from './explain/index.js';
import { ExplainedMetrics, ProcessesMetrics, RungsMetrics, StreamsMetrics } from './metrics/index.js';
import { LadderController } from './ladder.controller.js';
import { PlaybackLinksController } from './playback-links.controller.js';
import { StreamsController } from './streams.controller.js';
import { StreamsRepository } from './streams.repository.js';
import { SOURCE_LOOKUP, SourceGate } from './source-gate.js';
import { START_PIPELINE, StreamsService } from './streams.service.js';
import { DeliveriesController, EventsController, EventStreams, EventWebhooks } from './subscribers/index.js';
import { ThumbnailController, ThumbnailService } from './thumbnail/index.js';

/** Two at least: where there is one core, a stream that loses its thread need not take the only other one along. */
const LEAST_THREADS = 2;

const threadsAsSet = ({ streamThreads }: Settings): PipelineThreads =>
  new PipelineThreads({ most: streamThreads ?? Math.max(LEAST_THREADS, Math.ceil(coresAvailable())) });

const startIn =
  (threads: PipelineThreads): StartPipeline =>
  (spec, onFact) =>
    threads.start(spec, onFact);

/** Live streams: API, lifecycle, admission, stale sweep. */
@Module({
  imports: [OriginModule, DiskModule],
  controllers: [
    StreamsController,
    PlaybackLinksController,
    LadderController,
    CapacityController,
    ThumbnailController,
    EventsController,
    DeliveriesController,
  ],
  providers: [
    StreamsService,
    StreamEvents,
    EventStreams,
    EventWebhooks,
    StreamsRepository,
    SourceGate,
    { provide: SOURCE_LOOKUP, useValue: systemLookup },
    StreamsMetrics,
    RungsMetrics,
    ProcessesMetrics,
    ExplainedMetrics,
    Machine,
    Admission,
    CapacityMetrics,
    Observations,
    ExplainService,
    ThumbnailService,
    { provide: PipelineThreads, useFactory: threadsAsSet, inject: [SETTINGS] },
    { provide: START_PIPELINE, useFactory: startIn, inject: [PipelineThreads] },
  ],
})
export class StreamsModule {}
