/** The streams API as a test speaks it. */
import { until } from './until.js';

export interface StreamInfo {
  stream_id: string;
  title: string | null;
  labels: Record<string, string>;
  status: string;
  hls_url: string | null;
  dash_url: string | null;
  qualities: string[];
  left_out: string[];
  created_at: number;
  last_update: number;
  reason: string | null;
  source_connected: boolean;
  sources: { url: string; state: string; losses: number }[];
  programme: { step: string; source_index: number; pinned: boolean; since: number };
  rungs: { name: string; state: string; restarts: number }[];
  storage: { writable: boolean; since: number | null };
  last_problem: { code: string; detail: string } | null;
}

export async function startStream(server: string, body: Record<string, unknown>): Promise<StreamInfo> {
  const response = await fetch(`${server}/streams`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stale_after: null, ...body }),
  });
  if (response.status !== 201) throw new Error(`POST /streams answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as StreamInfo;
}

export async function streamInfo(server: string, id: string): Promise<StreamInfo> {
  return (await (await fetch(`${server}/streams/${id}`)).json()) as StreamInfo;
}

/** Waits until the stream has the status; fails at once when it has failed instead. */
export function untilStatus(server: string, id: string, status: string, limitMs = 30_000): Promise<StreamInfo> {
  return until(
    `stream ${id} is ${status}`,
    async () => {
      const info = await streamInfo(server, id);
      if (info.status === 'failed' && status !== 'failed')
        throw new Error(`stream ${id} failed: ${info.last_problem?.detail}`);
      return info.status === status && info;
    },
    limitMs,
  );
}

export const stopStream = (server: string, id: string): Promise<Response> =>
  fetch(`${server}/streams/${id}`, { method: 'DELETE' });
