/** The streams that are asked for, with as many pages of the list as it takes. */
import type { Api, Listed } from '../api/api';
import type { StreamInfo } from '../api/types';

export interface Wanted {
  /** In the id or the title; `name:value`: a label. */
  readonly words: string;
  readonly state: string;
  readonly limit: number;
}

export interface Shown {
  readonly streams: readonly StreamInfo[];
  /** That match, shown or not. */
  readonly total: number;
  readonly hasMore: boolean;
}

const PAGE_SIZE = 60;

export async function fetchStreams(api: Api, wanted: Wanted, signal: AbortSignal): Promise<Shown> {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  if (wanted.words !== '') query.set(/^[^:\s]+:./.test(wanted.words) ? 'label' : 'q', wanted.words);
  if (wanted.state !== '') query.set('state', wanted.state);
  let page: Listed<StreamInfo> = await api.list(`/streams?${query.toString()}`, signal);
  const streams = [...page.items];
  while (page.next !== undefined && streams.length < wanted.limit) {
    page = await api.list(page.next, signal);
    streams.push(...page.items);
  }
  const total = page.total ?? streams.length;
  return { streams, total, hasMore: page.next !== undefined };
}
