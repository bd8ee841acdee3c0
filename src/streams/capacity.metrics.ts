/** How full the machine is, as admission sees it; true at scrape. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { MetricsRegistry } from '../platform/metrics/index.js';
import { Admission } from './capacity/index.js';
import { StreamsService } from './streams.service.js';

@Injectable()
export class CapacityMetrics implements OnModuleInit {
  constructor(
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(StreamsService) private readonly streams: StreamsService,
  ) {}

  onModuleInit(): void {
    const registers = [this.metrics.registry];
    const room = () => this.admission.room(this.streams.list());
    new Gauge({
      name: 'lockstep_capacity_cores',
      help: 'Processor cores that streams may be expected to need: those there are times ADMISSION_SHARE',
      registers,
      collect() {
        this.set(room().totalCores);
      },
    });
    new Gauge({
      name: 'lockstep_capacity_committed_cores',
      help: 'Processor cores that the running streams are expected to need',
      registers,
      collect() {
        this.set(room().committedCores);
      },
    });
  }
}
