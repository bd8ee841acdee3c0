/**
 * Without tokens, whoever reaches the API may do everything, and the browser of whoever reaches it does as the pages
 * in it say. Here is what such a page cannot fake: the name it asked by, and where it came from. PURE.
 */
import { isIP } from 'node:net';
import type { Settings } from '../settings/index.js';

export type NamedBy = Pick<Settings, 'allowedHosts' | 'apiHost' | 'publicUrl'>;

/**
 * Is it a name of ours? A page can have its own name point to 127.0.0.1 (DNS rebinding) and then ask as if it were
 * ours; it cannot do that with an address, with localhost, or with a name without a dot, which no outsider answers for.
 */
export function isOwnHost(host: string | undefined, settings: NamedBy): boolean {
  const name = hostName(host);
  if (name === undefined) return false;
  if (isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost')) return true;
  const ours = [
    settings.apiHost,
    settings.publicUrl && new URL(settings.publicUrl).hostname,
    ...(settings.allowedHosts ?? []),
  ];
  return ours.some((own) => own?.toLowerCase() === name);
}

/** Sent by a page of ours, or by no page at all: programs name no origin. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const page = URL.canParse(origin) ? new URL(origin) : undefined;
  // With the page's scheme, so that a port that goes without saying is the same on both sides.
  const asked = page && host ? urlOf(`${page.protocol}//`, host) : undefined;
  return asked !== undefined && page!.host === asked.host;
}

/** Lower-case, without port, brackets and the root's dot; `undefined` when there is none. */
function hostName(host: string | undefined): string | undefined {
  const name = host && urlOf('http://', host)?.hostname;
  return name ? name.replace(/^\[|\]$/g, '').replace(/\.$/, '') : undefined;
}

/** Only what a Host header may be: no user, no path. */
function urlOf(scheme: string, host: string): URL | undefined {
  const url = scheme + host;
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(url) ? new URL(url) : undefined;
}
