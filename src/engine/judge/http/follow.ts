/** Follows redirects, as a player does for playlists. */
import type { Ask, AskOptions, Exchange } from './exchange.js';

const MOST_REDIRECTS = 5;

/** The answer at the end of all redirects; its `url` is the one to resolve against. A loop ends with its last redirect. */
export async function follow(ask: Ask, url: string, options?: AskOptions): Promise<Exchange> {
  let exchange = await ask(url, options);
  for (let redirects = 0; redirects < MOST_REDIRECTS && isRedirect(exchange); redirects += 1) {
    exchange = await ask(new URL(exchange.headers['location']!, exchange.url).href, options);
  }
  return exchange;
}

const isRedirect = ({ status, headers, url }: Exchange): boolean =>
  [301, 302, 303, 307, 308].includes(status) &&
  headers['location'] !== undefined &&
  URL.canParse(headers['location'], url);
