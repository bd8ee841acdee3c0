/** Addresses of the console's pages: behind the #, so that the server has one page to serve. PURE. */

export type Route =
  { readonly page: 'list' } | { readonly page: 'start' } | { readonly page: 'stream'; readonly id: string };

export const addressOf = {
  list: '#/',
  start: '#/start',
  stream: (id: string): string => `#/streams/${encodeURIComponent(id)}`,
} as const;

/** What is not an address of ours is the list. */
export function routeOf(hash: string): Route {
  if (/^#\/start\/?$/.test(hash)) return { page: 'start' };
  const id = /^#\/streams\/([^/]+)\/?$/.exec(hash)?.[1];
  if (id === undefined) return { page: 'list' };
  try {
    return { page: 'stream', id: decodeURIComponent(id) };
  } catch {
    return { page: 'list' };
  }
}
