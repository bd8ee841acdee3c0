export {
  EVENT_TABLE,
  STREAM_EVENT_TYPES,
  type StreamEvent,
  type StreamEventFacts,
  type StreamEventType,
  type TellStreamEvent,
} from './event-table.js';
export { concerns, StreamEvents, type EventInterest, type StreamEventListener } from './stream-events.js';
