/** Looks at every stream once a second and remembers a minute: what `explain` needs to tell the recent from the past. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Clock } from '../../engine/clock.js';
import { CLOCK } from '../../platform/clock.js';
import { Schedule } from '../../platform/schedule/index.js';
import type { LiveStream } from '../live/index.js';
import { StreamsService } from '../streams.service.js';
import { NOTHING_SEEN, withGlance, type Seen } from './recent.js';

const LOOK_EVERY_SECONDS = 1;

@Injectable()
export class Observations implements OnModuleInit {
  /** A stream that is forgotten takes what was seen of it along. */
  private readonly seen = new WeakMap<LiveStream, Seen>();

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Schedule) private readonly schedule: Schedule,
    @Inject(StreamsService) private readonly streams: StreamsService,
  ) {}

  onModuleInit(): void {
    this.schedule.every(LOOK_EVERY_SECONDS, 'stream observations', () => {
      for (const stream of this.streams.list()) this.look(stream);
    });
  }

  /** What has been seen of a stream, this instant included. */
  look(stream: LiveStream): Seen {
    const { vitals, rungs, sources, lastProblem } = stream;
    const plays = stream.state !== 'starting';
    const glance = { atMs: this.clock.now(), plays, vitals, rungs, sources, lastProblem };
    const seen = withGlance(this.seen.get(stream) ?? NOTHING_SEEN, glance);
    this.seen.set(stream, seen);
    return seen;
  }
}
