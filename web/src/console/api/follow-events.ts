/** Follows the events of one stream, or of all, for as long as the page is there. */
import { ApiProblem } from './api-problem';
import type { Api } from './api';
import { EventStreamParser } from './event-stream';
import type { StreamEvent } from './types';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

/**
 * Calls `told` for each event, once, oldest first, and goes on after a lost connection where it stopped. Ends with
 * `signal`, or where the server has no events to follow (404) or none for us (401, 403).
 */
export async function followEvents(
  api: Api,
  path: string,
  signal: AbortSignal,
  told: (event: StreamEvent) => void,
): Promise<void> {
  let [lastId, retryMs] = ['', FIRST_RETRY_MS];
  while (!signal.aborted) {
    try {
      for await (const { id, event } of eventsOf(api, path, lastId, signal)) {
        [lastId, retryMs] = [id, FIRST_RETRY_MS];
        told(event);
      }
    } catch (error) {
      if (error instanceof ApiProblem && [401, 403, 404].includes(error.status)) return;
    }
    await pause(retryMs, signal);
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
  }
}

async function* eventsOf(
  api: Api,
  path: string,
  lastId: string,
  signal: AbortSignal,
): AsyncGenerator<{ id: string; event: StreamEvent }> {
  const headers = { accept: 'text/event-stream', ...(lastId !== '' && { 'last-event-id': lastId }) };
  const response = await api.ask('GET', path, { signal, headers });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (!response.body || !isStream) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventStreamParser();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    for (const { id, data } of parser.push(read.value)) yield { id, event: JSON.parse(data) as StreamEvent };
  }
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
