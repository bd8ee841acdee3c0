/** Follows an event stream as a browser does: frames as they come, the id of the last one kept. */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { until } from './until.js';

export interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly retry?: string;
  readonly comment?: string;
}

export class EventSource {
  readonly frames: Frame[] = [];
  closed = false;

  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop()!;
      this.frames.push(...blocks.map(parsed));
    });
    response.on('close', () => (this.closed = true));
    // Whoever closes it first, the other side sees an error.
    response.on('error', () => undefined);
    request.on('error', () => undefined);
  }

  /** Settles when the head of the answer is there. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventSource> {
    const asked = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return new EventSource(asked, response);
  }

  /** Events so far, as JSON. */
  get events(): { id: string; type: string; timestamp: string; data: Record<string, unknown> }[] {
    return this.frames.filter(({ data }) => data !== undefined).map(({ data }) => JSON.parse(data!));
  }

  untilEvent(type: string): Promise<{ id: string; type: string; data: Record<string, unknown> }> {
    return until(`${type} is told`, () => this.events.find((event) => event.type === type), 5000);
  }

  close(): void {
    this.request.destroy();
  }
}

function parsed(block: string): Frame {
  const fields = block.split('\n').map((line) => {
    const [, name, value] = /^([a-z]*): ?(.*)$/.exec(line)!;
    return [name === '' ? 'comment' : name, value];
  });
  return Object.fromEntries(fields) as Frame;
}
