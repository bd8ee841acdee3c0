/** All clients that follow events: begun here, kept alive, and ended with the server. */
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Problem } from '../../engine/problem.js';
import { Schedule } from '../../platform/schedule/index.js';
import { SETTINGS, type Settings } from '../../platform/settings/index.js';
import { concerns, StreamEvents, type EventInterest } from '../events/index.js';
import { EventStream } from './event-stream.js';

const BEAT_SECONDS = 15;

@Injectable()
export class EventStreams implements OnModuleInit, OnModuleDestroy {
  private readonly open = new Set<EventStream>();
  private stopping = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(Schedule) private readonly schedule: Schedule,
    @Inject(StreamEvents) private readonly events: StreamEvents,
  ) {}

  onModuleInit(): void {
    this.schedule.every(BEAT_SECONDS, 'event streams', () => this.open.forEach((stream) => stream.beat()));
  }

  onModuleDestroy(): void {
    this.stopping = true;
    this.open.forEach((stream) => stream.end());
  }

  /** How many there are. */
  get count(): number {
    return this.open.size;
  }

  /**
   * Answers with what happens from now on, and before it with what is remembered since the event of the id `after`.
   * Throws `too-many-event-streams`, `server-stopping`.
   */
  follow(reply: FastifyReply, interest: EventInterest, after: string | undefined): void {
    if (this.stopping) throw new Problem('server-stopping');
    const limit = this.settings.eventStreams;
    if (this.open.size >= limit) throw new Problem('too-many-event-streams', { limit });
    reply.hijack();
    const stream = new EventStream(reply.raw);
    const forget = this.events.listen((event) => {
      if (concerns(event, interest)) stream.send(event);
    });
    reply.raw.once('close', () => {
      forget();
      this.open.delete(stream);
    });
    this.open.add(stream);
    stream.begin(reply.getHeaders());
    if (after !== undefined) for (const event of this.events.list(interest, after)) stream.send(event);
  }
}
