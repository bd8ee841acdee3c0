/** What a response says about caching (RFC 9111 5.2.2). PURE. */
import type { Exchange } from './exchange.js';

/** The directives of Cache-Control; a directive without a value is ''. */
export function cacheDirectives({ headers }: Exchange): ReadonlyMap<string, string> {
  const parts = (headers['cache-control'] ?? '').split(',').map((part) => part.trim().toLowerCase());
  return new Map(
    parts
      .filter((part) => part !== '')
      .map((part) => {
        const [name = '', value = ''] = part.split('=');
        return [name.trim(), value.trim().replaceAll('"', '')];
      }),
  );
}

/**
 * Seconds for which a shared cache may keep the response; undefined where nothing is said, and a cache may guess.
 * `no-store`, `no-cache` and `private` are 0.
 */
export function sharedLifetime(exchange: Exchange): number | undefined {
  const directives = cacheDirectives(exchange);
  if (['no-store', 'no-cache', 'private'].some((name) => directives.has(name))) return 0;
  const said = directives.get('s-maxage') ?? directives.get('max-age');
  if (said !== undefined && /^\d+$/.test(said)) return Number(said);
  const { expires, date } = exchange.headers;
  if (expires === undefined) return undefined;
  const lifetime = (Date.parse(expires) - Date.parse(date ?? new Date(exchange.sentAtMs).toUTCString())) / 1000;
  return Number.isNaN(lifetime) ? 0 : Math.max(0, lifetime);
}
