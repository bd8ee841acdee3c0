/** Where webhooks go. PURE. */
import { createHash } from 'node:crypto';

export interface WebhookEndpoint {
  readonly url: string;
  /** Absent: signed with the server's own. */
  readonly secret?: string;
  /** Named by the operator, not by a request: it may be any address. */
  readonly trusted: boolean;
  /** Whose it is: the same URL of two owners is two endpoints. */
  readonly owner: string;
}

/** What is told to endpoints. */
export interface WebhookMessage {
  readonly id: string;
  readonly type: string;
  /** What it is about. */
  readonly subject: string;
  readonly body: string;
}

/** Names an endpoint without telling its URL; the same after a restart. */
export function endpointKey({ owner, url }: WebhookEndpoint): string {
  return createHash('sha256').update(`${owner}\n${url}`).digest('hex').slice(0, 16);
}

/** webhook-id: the same however often it is tried, another one for every endpoint. */
export const deliveryId = (message: WebhookMessage, key: string): string => `${message.id}-${key}`;
