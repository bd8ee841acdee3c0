/** What happens to streams, told to whoever listens and remembered for a while. */
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../engine/clock.js';
import { CLOCK } from '../../platform/clock.js';
import { LOGGER } from '../../platform/logging/index.js';
import { EventIds } from './event-ids.js';
import type { StreamEvent, StreamEventFacts, StreamEventType, TellStreamEvent } from './event-table.js';
import { RecentEvents } from './recent-events.js';

export type StreamEventListener = (event: StreamEvent) => void;

/** Which events somebody is interested in; what is absent does not matter. */
export interface EventInterest {
  readonly streamId?: string;
  readonly types?: ReadonlySet<StreamEventType>;
}

@Injectable()
export class StreamEvents {
  private readonly ids = new EventIds(randomBytes(4).toString('hex'));
  private readonly recent = new RecentEvents();
  private readonly listeners = new Set<StreamEventListener>();

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Facts hold no secrets: sources as `publicSource` shows them, problems as `publicProblem` does. Never throws. */
  tell<Type extends StreamEventType>(type: Type, streamId: string, facts: StreamEventFacts<Type>): void {
    const nowMs = this.clock.now();
    const named = { id: this.ids.next(nowMs), type, timestamp: new Date(nowMs).toISOString() };
    // Safe: these are the facts of this type, which the compiler cannot see through the union.
    const event = { ...named, data: { stream_id: streamId, ...facts } } as unknown as StreamEvent;
    this.recent.add(event);
    for (const listener of this.listeners) this.tellOne(listener, event);
  }

  /** How one stream tells of itself. */
  of(streamId: string): TellStreamEvent {
    return (type, facts) => this.tell(type, streamId, facts);
  }

  /** Calls `listener` with every event from now on, until the function that is given back is called. */
  listen(listener: StreamEventListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** What is remembered, oldest first; with `after`, only what came after the event of that id. */
  list(interest: EventInterest = {}, after = ''): StreamEvent[] {
    return this.recent.list(interest.streamId).filter((event) => event.id > after && concerns(event, interest));
  }

  /** Whether events of the stream are remembered, though it may be over and forgotten otherwise. */
  knows(streamId: string): boolean {
    return this.recent.knows(streamId);
  }

  /** The stream is gone, and so is what happened to it. */
  forget(streamId: string): void {
    this.recent.forget(streamId);
  }

  private tellOne(listener: StreamEventListener, event: StreamEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.log.error({ stream: event.data.stream_id, event: event.type, err: error }, 'a listener to events failed');
    }
  }
}

export function concerns(event: StreamEvent, { streamId, types }: EventInterest): boolean {
  if (streamId !== undefined && event.data.stream_id !== streamId) return false;
  return types === undefined || types.has(event.type);
}
