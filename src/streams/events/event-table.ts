/** Every event of a stream, declared once: the types, `docs/events.md` and the API's description come from here. PURE. */
import { z } from 'zod';
import type { EVENT_TYPES } from '../../platform/settings/index.js';
import { PROGRAMME_STEPS } from '../programme.js';

interface EventDeclaration {
  /** When it is told. */
  readonly says: string;
  /** What `data` holds beside `stream_id`. */
  readonly data: z.ZodObject;
}

const problem = z
  .object({ code: z.string(), detail: z.string() })
  .describe('What went wrong; the codes are listed under /problems.');
const sourceIndex = z.int().describe('Place in source_urls, from 0.');
const sourceUrl = z.string().describe('Scheme and host of the source; what may be secret is left out.');
const rung = z.string().describe('Name of the rendition.');
const rungs = z.array(z.string());
const restarts = z.int().describe('Times its encoder was replaced since the stream started.');
const seconds = z.number();

export const EVENT_TABLE = {
  'stream.started': {
    says: 'The stream was asked for, or goes on because the server was started anew.',
    data: z.object({
      resumed: z.boolean().describe('True: it was wanted before the server was started.'),
      sources: z.array(z.string()).describe('Scheme and host of each source.'),
    }),
  },
  'stream.playable': {
    says: 'The first playlists can be played.',
    data: z.object({
      after_seconds: seconds.describe('Time since it was started.'),
      renditions: rungs.describe('What it is encoded into.'),
    }),
  },
  'stream.degraded': {
    says: 'Some renditions are missing; the others go on. Told once, until all are back.',
    data: z.object({ rungs_down: rungs.describe('Renditions that are missing at this moment.') }),
  },
  'stream.recovered': {
    says: 'All renditions are back.',
    data: z.object({ after_seconds: seconds.describe('Time since it was degraded.') }),
  },
  'stream.source_lost': {
    says: 'A source stopped delivering, or could not be reached to begin with. Told once, until it is back.',
    data: z.object({ source_index: sourceIndex, source_url: sourceUrl, problem }),
  },
  'stream.source_back': {
    says: 'A source that was lost delivers again.',
    data: z.object({
      source_index: sourceIndex,
      source_url: sourceUrl,
      after_seconds: seconds.describe('Time since it was lost.'),
    }),
  },
  'stream.programme_changed': {
    says: 'Viewers see something else: the preferred source, another one, the last picture, or the slate.',
    data: z.object({
      step: z.enum(PROGRAMME_STEPS).describe('What they see now.'),
      source_index: sourceIndex,
      from_step: z.enum(PROGRAMME_STEPS).describe('What they saw before.'),
      from_source_index: sourceIndex,
      pinned: z.boolean().describe('An operator asked for this source.'),
    }),
  },
  'stream.rung_down': {
    says: 'The encoder of a rendition ended, hung or was too slow, and is being replaced.',
    data: z.object({ rung, restarts, problem }),
  },
  'stream.rung_up': {
    says: 'A rendition that was down is encoded again.',
    data: z.object({ rung, restarts }),
  },
  'stream.storage_refused': {
    says: 'The disk takes no media; the time becomes a gap.',
    data: z.object({ problem }),
  },
  'stream.storage_writable': {
    says: 'Media is written again.',
    data: z.object({ after_seconds: seconds.describe('Time since it was refused.') }),
  },
  'stream.updated': {
    says: 'Its description was changed by the API.',
    data: z.object({ changed: z.array(z.string()).describe('Fields that have a new value.') }),
  },
  'stream.stale': {
    says: 'Nobody asked after it for stale_after seconds; it is being stopped.',
    data: z.object({
      stale_after: seconds.describe('What it was allowed.'),
      heartbeat_seconds_ago: seconds.describe('Time since the last heartbeat.'),
    }),
  },
  'stream.stopped': {
    says: 'It is over: asked for, stale, or its source ended.',
    data: z.object({ reason: z.string().describe('requested, stale or source-ended.') }),
  },
  'stream.failed': {
    says: 'It is over because it could not go on.',
    data: z.object({ problem: problem.nullable() }),
  },
} as const satisfies Record<(typeof EVENT_TYPES)[number], EventDeclaration>;

export type StreamEventType = keyof typeof EVENT_TABLE;
export const STREAM_EVENT_TYPES = Object.keys(EVENT_TABLE) as readonly StreamEventType[];

/** What an event of this type tells, beside which stream it is about. */
export type StreamEventFacts<Type extends StreamEventType = StreamEventType> = Readonly<
  z.infer<(typeof EVENT_TABLE)[Type]['data']>
>;

interface EventOf<Type extends StreamEventType> {
  /** Unique across restarts; of two events the later one has the greater id. */
  readonly id: string;
  readonly type: Type;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly data: { readonly stream_id: string } & StreamEventFacts<Type>;
}

/** One of them all: `type` tells what `data` holds. */
export type StreamEvent = { [Type in StreamEventType]: EventOf<Type> }[StreamEventType];

/** How a stream tells of itself. */
export type TellStreamEvent = <Type extends StreamEventType>(type: Type, facts: StreamEventFacts<Type>) => void;
