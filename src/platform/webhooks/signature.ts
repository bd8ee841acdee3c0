/** Headers of the Standard Webhooks scheme. PURE. */
import { Webhook } from 'standardwebhooks';

export interface Signed {
  readonly id: string;
  readonly body: string;
  /** `whsec_…`; while a secret is replaced, the new one and the one before it. */
  readonly secrets: readonly string[];
}

/** One signature for each secret: a receiver that knows one of them is content. */
export function signedHeaders({ id, body, secrets }: Signed, nowMs: number): Record<string, string> {
  const at = new Date(nowMs);
  return {
    'content-type': 'application/json',
    'user-agent': 'Lockstep',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}
