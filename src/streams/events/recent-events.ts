/** The last events, of all streams and of each: a bounded memory. PURE. */
import type { StreamEvent } from './event-table.js';

export const REMEMBERED_IN_ALL = 1000;
export const REMEMBERED_OF_A_STREAM = 200;
/** Streams whose events are remembered; the one silent for longest goes first. */
const REMEMBERED_STREAMS = 1000;

export class RecentEvents {
  private all: StreamEvent[] = [];
  /** By stream id, the one that told of itself last at the end. */
  private readonly ofStream = new Map<string, StreamEvent[]>();

  add(event: StreamEvent): void {
    const { stream_id } = event.data;
    this.all = withLast(this.all, event, REMEMBERED_IN_ALL);
    const before = this.ofStream.get(stream_id) ?? [];
    this.ofStream.delete(stream_id);
    this.ofStream.set(stream_id, withLast(before, event, REMEMBERED_OF_A_STREAM));
    if (this.ofStream.size > REMEMBERED_STREAMS) this.forget(this.ofStream.keys().next().value!);
  }

  /** Oldest first; of one stream, or of all. */
  list(streamId?: string): readonly StreamEvent[] {
    return streamId === undefined ? this.all : (this.ofStream.get(streamId) ?? []);
  }

  knows(streamId: string): boolean {
    return this.ofStream.has(streamId);
  }

  forget(streamId: string): void {
    if (!this.ofStream.delete(streamId)) return;
    this.all = this.all.filter(({ data }) => data.stream_id !== streamId);
  }
}

function withLast(events: readonly StreamEvent[], event: StreamEvent, limit: number): StreamEvent[] {
  return [...events.slice(events.length >= limit ? 1 : 0), event];
}
