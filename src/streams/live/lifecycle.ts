/** The life of a stream: one table, one `apply`. PURE. */

export const STREAM_STATES = ['starting', 'live', 'degraded', 'filling', 'stopping', 'ended', 'failed'] as const;
export type StreamState = (typeof STREAM_STATES)[number];

export type LifecycleEvent =
  /** The first playable playlists exist. */
  'playable' | 'rungLost' | 'rungsBack' | 'sourceLost' | 'sourceBack' | 'stop' | 'drained' | 'gaveUp';

const TRANSITIONS: Readonly<Record<StreamState, Partial<Record<LifecycleEvent, StreamState>>>> = {
  starting: { playable: 'live', stop: 'stopping', drained: 'ended', gaveUp: 'failed' },
  live: { rungLost: 'degraded', sourceLost: 'filling', stop: 'stopping', drained: 'ended', gaveUp: 'failed' },
  degraded: { rungsBack: 'live', sourceLost: 'filling', stop: 'stopping', drained: 'ended', gaveUp: 'failed' },
  filling: { sourceBack: 'live', stop: 'stopping', drained: 'ended', gaveUp: 'failed' },
  stopping: { drained: 'ended', gaveUp: 'failed' },
  ended: {},
  failed: {},
};

/** The state after an event. An event that means nothing in a state leaves it as it is. */
export function apply(state: StreamState, event: LifecycleEvent): StreamState {
  return TRANSITIONS[state][event] ?? state;
}

/** Encoders run, or are about to. */
export const isActive = (state: StreamState): boolean => state !== 'ended' && state !== 'failed';
