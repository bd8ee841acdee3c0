/** HTTP requests exactly as written: no tidying of the path, which is what a test of refusals needs. */
import { request, type IncomingMessage } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. A header that came twice has its values joined by `, `, as fetch would. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The viewer leaves. */
  readonly signal?: AbortSignal;
}

export async function ask(baseUrl: string, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  const response = await open(baseUrl, path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: joined(response), body: Buffer.concat(chunks) };
}

/** The answer as soon as its head has come; the body is still on its way. */
export function open(baseUrl: string, path: string, { method = 'GET', headers = {}, signal }: RawRequest = {}) {
  const { hostname, port } = new URL(baseUrl);
  return new Promise<IncomingMessage>((resolve, reject) => {
    request({ hostname, port, path, method, headers, signal, agent: false }, resolve).once('error', reject).end();
  });
}

function joined(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headersDistinct);
  return Object.fromEntries(entries.map(([name, values]) => [name, (values ?? []).join(', ')]));
}
