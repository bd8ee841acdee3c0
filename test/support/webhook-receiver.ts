/** Somebody who is told by webhooks: answers as a test says, and remembers what came. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A status, `hang` for no answer at all, or whatever else a test needs. */
export type Answer = number | 'hang' | ((request: IncomingMessage, response: ServerResponse) => void);

export class WebhookReceiver {
  readonly received: Received[] = [];
  answer: Answer = 204;
  private readonly server = createServer((request, response) => void this.take(request, response));

  /** On a free port of this machine, or on the one that is given. */
  static async listen(port = 0): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.server.listen(port, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks/token-0815`;
  }

  get types(): string[] {
    return this.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  }

  get ids(): string[] {
    return this.received.map(({ headers }) => headers['webhook-id']!);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    this.received.push({ path: request.url!, headers: request.headers as Record<string, string>, body });
    if (typeof this.answer === 'number') response.writeHead(this.answer).end();
    else if (this.answer !== 'hang') this.answer(request, response);
  }
}

/** As a receiver checks it; throws for what was not signed with the secret, was changed, or is too old. */
export const verified = ({ headers, body }: Received, secret = SECRET): unknown =>
  new Webhook(secret).verify(body, { ...headers });
