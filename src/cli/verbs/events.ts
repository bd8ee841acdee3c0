/** `lockstep events`: what happens to streams, as it happens. */
import { InvalidArgumentError, type Command } from 'commander';
import type { StreamEvent } from '../answers.js';
import { commaSeparated, duration } from '../arguments.js';
import { CommandError, EXIT } from '../exit-codes.js';
import type { Session } from '../session.js';

/** Where to begin: after an event, or at a time (Unix ms). */
type Since = { readonly eventId: string } | { readonly timeMs: number };

interface EventsOptions {
  readonly types?: readonly string[];
  readonly since?: Since;
  readonly follow: boolean;
}

/** Before a connection that broke off is made anew. */
const AGAIN_AFTER_MS = 2_000;

export function addEventsVerb(program: Command, session: Session): void {
  program
    .command('events')
    .description('tell what happens to all streams or to one: what is remembered first, then as it happens')
    .argument('[id]')
    .option('--types <types>', 'only these, separated by commas: source_lost,source_back', eventTypes)
    .option('--since <when>', 'only those after this event id, this time (ISO 8601), or this long ago (15m)', since)
    .option('--no-follow', 'end after what is remembered')
    .action(async (id: string | undefined, options: EventsOptions) => {
      await new EventFeed(session, id, options).run();
    });
}

class EventFeed {
  private lastId: string | undefined;

  constructor(
    private readonly session: Session,
    private readonly id: string | undefined,
    private readonly options: EventsOptions,
  ) {}

  async run(): Promise<void> {
    const { since, follow } = this.options;
    if (since && 'eventId' in since) this.lastId = since.eventId;
    const { events } = await (this.id === undefined
      ? this.session.api.ask<{ events: StreamEvent[] }>('GET /streams/events', this.request())
      : this.session.api.ask<{ events: StreamEvent[] }>('GET /streams/{id}/events', this.request()));
    for (const event of events) this.show(event);
    const { shell } = this.session;
    while (follow && !shell.signal.aborted) {
      await this.follow();
      await shell.pause(AGAIN_AFTER_MS);
    }
  }

  /** Until the connection ends; what was missed meanwhile the server tells by the last id. */
  private async follow(): Promise<void> {
    const { api, shell } = this.session;
    try {
      for await (const { data } of api.events(
        this.id === undefined ? 'GET /streams/events' : 'GET /streams/{id}/events',
        this.request(),
      )) {
        this.show(JSON.parse(data) as StreamEvent);
      }
    } catch (error) {
      if (shell.signal.aborted) return;
      if (!(error instanceof CommandError) || error.exitCode !== EXIT.unreachable) throw error;
      shell.err(`${error.message}\n`);
    }
  }

  private request() {
    const { types } = this.options;
    return {
      ...(this.id !== undefined && { path: { id: this.id } }),
      query: { types: types?.join(',') },
      headers: { accept: 'application/json', ...(this.lastId !== undefined && { 'last-event-id': this.lastId }) },
    };
  }

  /** Ids grow with time: what was shown, or is older than asked for, is not shown again. */
  private show(event: StreamEvent): void {
    const { since } = this.options;
    if (this.lastId !== undefined && event.id <= this.lastId) return;
    this.lastId = event.id;
    if (since && 'timeMs' in since && Date.parse(event.timestamp) < since.timeMs) return;
    this.session.lines([this.session.json ? JSON.stringify(event) : eventLine(event)]);
  }
}

function eventLine({ timestamp, type, data }: StreamEvent): string {
  const { stream_id, ...facts } = data;
  const told = Object.entries(facts).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [
    timestamp.slice(0, 23).replace('T', ' ').replace('Z', ''),
    stream_id,
    type.replace(/^stream\./, ''),
    ...told,
  ].join('  ');
}

const eventTypes = (text: string): string[] =>
  commaSeparated(text).map((type) => (type.includes('.') ? type : `stream.${type}`));

function since(text: string): Since {
  if (/^\d+[smhd]$/.test(text)) return { timeMs: Date.now() - duration(text) * 1000 };
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const timeMs = Date.parse(text);
    if (Number.isNaN(timeMs)) throw new InvalidArgumentError('an event id, a time like 2026-01-31T20:15:00Z, or 15m');
    return { timeMs };
  }
  return { eventId: text };
}
