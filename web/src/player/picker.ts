/** Without a stream in the address: the streams there are, and a field for one that is not listed. */
import { byId, make } from '../shared/dom';

interface ListedStream {
  readonly stream_id: string;
  readonly status: string;
}

export async function showPicker(): Promise<void> {
  byId('pick', HTMLElement).hidden = false;
  const streams = await listStreams();
  const list = byId('stream-list', HTMLUListElement);
  list.replaceChildren(...(streams ?? []).map(streamRow));
  byId('pick-note', HTMLParagraphElement).textContent = note(streams);
}

/** Undefined where the list cannot be had: a viewer's port does not show it. */
async function listStreams(): Promise<ListedStream[] | undefined> {
  try {
    const response = await fetch('/streams', { headers: { accept: 'application/json' } });
    const body: unknown = response.ok ? await response.json() : undefined;
    return Array.isArray(body) ? body.filter(isListed) : undefined;
  } catch {
    return undefined;
  }
}

function isListed(value: unknown): value is ListedStream {
  return typeof value === 'object' && value !== null && 'stream_id' in value && typeof value.stream_id === 'string';
}

function note(streams: ListedStream[] | undefined): string {
  if (streams === undefined) return 'The list of streams is not shown here. Type the name of one.';
  return streams.length === 0 ? 'No stream is running. Type a name to wait for one.' : 'Running now, or type a name.';
}

function streamRow({ stream_id: id, status }: ListedStream): HTMLLIElement {
  const row = make('li');
  const link = make('a', 'stream');
  link.href = `?stream=${encodeURIComponent(id)}`;
  link.append(make('span', 'stream-name', id), make('span', 'stream-status', status));
  row.append(link);
  return row;
}
