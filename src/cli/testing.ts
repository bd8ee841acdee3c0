/** For tests: a shell that remembers what was printed, and a small pretend API. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { StreamInfo } from './answers.js';
import { run } from './program.js';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface PretendShell {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Asked at every pause; false is Ctrl-C. */
  readonly goOn?: () => boolean | Promise<boolean>;
}

/** Runs a command line as a shell would: `lockstep('start camera test:', { env })`. */
export async function lockstepIn(words: string | readonly string[], shell: PretendShell = {}): Promise<Outcome> {
  const { env = {}, input = '', goOn = () => false } = shell;
  const printed: { out: (string | Uint8Array)[]; err: string[] } = { out: [], err: [] };
  const interrupted = new AbortController();
  const code = await run(typeof words === 'string' ? words.split(' ') : words, {
    ...{ env, isTerminal: false, columns: undefined, signal: interrupted.signal },
    out: (text) => void printed.out.push(text),
    err: (text) => void printed.err.push(text),
    input: () => Promise.resolve(input),
    pause: async () => {
      if (!(await goOn())) interrupted.abort();
    },
  });
  const bytes = printed.out.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
  return { code, out: Buffer.concat(bytes).toString(), err: printed.err.join('') };
}

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface PretendApi {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** What it answers from now on, first come first served; the last one stays. */
  answers(...answers: readonly Answer[]): void;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: unknown;
  /** In place of status, headers and body. */
  readonly send?: (response: ServerResponse) => void;
}

export async function pretendApi(): Promise<PretendApi> {
  const asked: Asked[] = [];
  let waiting: readonly Answer[] = [{ body: {} }];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    asked.push({ method, path, headers, body: body === '' ? undefined : (JSON.parse(body) as unknown) });
    const [next, ...rest] = waiting;
    if (rest.length > 0) waiting = rest;
    sendAnswer(response, next!);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers: (...answers) => void (waiting = answers),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sendAnswer(response: ServerResponse, { status = 200, headers, body, send }: Answer): void {
  if (send) return send(response);
  const json = typeof body === 'object';
  response.writeHead(status, { 'content-type': json ? 'application/json' : 'text/html', ...headers });
  response.end(json ? JSON.stringify(body) : body);
}

/** A live stream as the API tells of it. */
export const aStream = (facts: Partial<StreamInfo> = {}): StreamInfo => ({
  ...{ stream_id: 'camera', status: 'live', reason: null, source: '1280x720 30 fps h264, aac', source_connected: true },
  ...{ hls_url: '/streams/camera/playlist.m3u8', dash_url: '/streams/camera/manifest.mpd' },
  ...{ qualities: ['720p', '480p'], left_out: ['1080p'], created_at: 1_767_225_600, last_update: 1_767_225_600 },
  programme: { step: 'source', source_index: 0, pinned: false },
  rungs: [
    { name: '720p', state: 'up', restarts: 0 },
    { name: '480p', state: 'down', restarts: 2 },
  ],
  last_problem: null,
  ...facts,
});
