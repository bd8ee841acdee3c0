/** One client that follows events: server-sent events (WHATWG HTML 9.2) on a response of its own. */
import type { ServerResponse } from 'node:http';
import type { StreamEvent } from '../events/index.js';

/** Of what a client has not taken yet; beyond it, it is cut off, and may come back with Last-Event-ID. */
export const MOST_QUEUED_BYTES = 2 * 1024 * 1024;
/** How long a client waits before it comes back. */
const RETRY_MS = 3000;

export class EventStream {
  constructor(private readonly response: ServerResponse) {}

  /** Begins the answer; what is in it is on its way at once. */
  begin(headers: Readonly<Record<string, string | string[] | number | undefined>>): void {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) this.response.setHeader(name, value);
    this.response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx would wait for a buffer to fill.
      'x-accel-buffering': 'no',
    });
    this.write(`retry: ${RETRY_MS}\n\n`);
  }

  send(event: StreamEvent): void {
    this.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** A comment: proxies and clients see that the connection lives. */
  beat(): void {
    this.write(': still here\n\n');
  }

  end(): void {
    this.response.end();
  }

  private write(text: string): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    this.response.write(text);
    // Whoever reads slower than things happen would otherwise be held in memory.
    if (this.response.writableLength > MOST_QUEUED_BYTES) this.response.destroy();
  }
}
