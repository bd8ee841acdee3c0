/** Hides secrets in URLs and in text that may contain them. PURE; cheap enough for every log line. */

const HIDDEN = '***';

/** `://user:password@`. Up to the last @ before the path: a password may hold an unescaped one. */
const USER_INFO = /:\/\/[^\s/?#"<>]+@/g;

/**
 * A query parameter whose name speaks of a secret, such as SRT's `passphrase` and `streamid`, `token`, `X-Amz-Signature`.
 * The value ends at the next parameter, at white space or at a quote; # does not end it, as SRT stream ids begin
 * with `#!::`. A backslash takes its next character along, so that a cut never breaks a JSON string.
 */
const SECRET_PARAMETER =
  /([?&;#][\w.~-]{0,40}?(?:pass|pwd|token|key|secret|sig|auth|credential|streamid|hdn|jwt|hmac|policy)[\w.~-]{0,40}=)(?:[^&\s"\\]|\\[^"])+/gi;

const AUTHORIZATION = /(authorization["']?\s*[:=]\s*["']?(?:basic|bearer|digest)\s+)(?:[^\s"\\]|\\[^"])+/gi;

/**
 * A URL without its user info and without the values of secret query parameters. The path stays: whether a part of
 * it is a key cannot be told from the text.
 */
export function redactUrl(url: string): string {
  return redactText(url);
}

/** Any text, JSON included, with the secrets of all URLs in it hidden. */
export function redactText(text: string): string {
  let clean = text;
  if (clean.includes('://')) clean = clean.replace(USER_INFO, `://${HIDDEN}@`);
  if (clean.includes('=')) clean = clean.replace(SECRET_PARAMETER, `$1${HIDDEN}`);
  if (clean.includes('uthorization')) clean = clean.replace(AUTHORIZATION, `$1${HIDDEN}`);
  return clean;
}
