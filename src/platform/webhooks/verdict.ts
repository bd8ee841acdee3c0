/** What an answer means for a delivery. PURE. */
import type { Delivery, DeliveryChange } from './outbox.js';
import { secondsToNextAttempt } from './retry-plan.js';
import type { WebhookAnswer } from './sender.js';

/** Receivers may ask to be left alone for good (Standard Webhooks, "Responses"). */
const GONE = 410;

export interface Verdict {
  readonly outcome: 'delivered' | 'retried' | 'failed' | 'gone';
  /** What is written down of the delivery. */
  readonly change: DeliveryChange;
  /** Why it was not taken. */
  readonly error: string | null;
}

/** `random`, from 0 to 1, spreads the next attempt. */
export function verdictOf(delivery: Delivery, answer: WebhookAnswer, nowMs: number, random: number): Verdict {
  const at = Math.floor(nowMs);
  const attempts = delivery.attempts + 1;
  const error = failureOf(answer);
  const heard = { attempts, last_attempt_at: at, last_status_code: answer.status ?? null, last_error: error };
  const over = { ...heard, settled_at: at, next_attempt_at: null };
  if (error === null) return { outcome: 'delivered', error, change: { ...over, status: 'delivered' } };
  if (answer.status === GONE) return { outcome: 'gone', error, change: { ...over, status: 'gone' } };
  const asked = answer.status === undefined ? undefined : answer.retryAfter;
  const seconds = secondsToNextAttempt(attempts, random, asked);
  if (seconds === undefined) return { outcome: 'failed', error, change: { ...over, status: 'failed' } };
  return { outcome: 'retried', error, change: { ...heard, next_attempt_at: Math.floor(at + seconds * 1000) } };
}

/** null: it was taken. */
function failureOf(answer: WebhookAnswer): string | null {
  if (answer.status === undefined) return answer.error;
  if (answer.status >= 200 && answer.status < 300) return null;
  if (answer.status === GONE) return 'answered 410: the endpoint wants no more';
  const isRedirect = answer.status >= 300 && answer.status < 400;
  return `answered ${answer.status}${isRedirect ? ': redirects are not followed' : ''}`;
}
