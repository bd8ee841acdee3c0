/** What the URL and the secret of a webhook may be, and how they are shown. PURE. */

export const WEBHOOK_URL_ALLOWED = 'an http: or https: URL of up to 2000 characters, without spaces and without #';
/** Standard Webhooks, "Signature scheme": between 24 and 64 random bytes in base64 behind this prefix. */
export const WEBHOOK_SECRET_ALLOWED =
  'whsec_ and the base64 of 24 to 64 bytes (echo "whsec_$(openssl rand -base64 32)" makes one)';

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const KEY_BYTES = { min: 24, max: 64 };
const MOST_CHARACTERS = 2000;

export function isWebhookUrl(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > MOST_CHARACTERS || /[\s#]/.test(text)) return false;
  if (!/^https?:\/\/[^/?]/i.test(text) || !URL.canParse(text)) return false;
  return new URL(text).hostname !== '';
}

export function isWebhookSecret(text: unknown): text is string {
  const base64 = typeof text === 'string' ? SECRET.exec(text)?.[1] : undefined;
  if (base64 === undefined || base64.length % 4 !== 0) return false;
  const { length } = Buffer.from(base64, 'base64');
  return length >= KEY_BYTES.min && length <= KEY_BYTES.max;
}

/** Scheme and host: the rest of a webhook's URL is often what gives the right to call it. */
export function shownWebhookUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}
