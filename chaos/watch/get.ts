/** One request as a cache sends it: what was answered, and whether the answer came to its proper end. */

export type Answer =
  /** Nobody there, or no answer in time. */
  | { readonly kind: 'none' }
  /** The connection ended before the answer did: a cache throws that away. */
  | { readonly kind: 'broken'; readonly status: number }
  | { readonly kind: 'whole'; readonly status: number; readonly body: Buffer };

/** Never rejects. */
export async function get(url: URL, limitMs: number, signal?: AbortSignal): Promise<Answer> {
  const limit = AbortSignal.timeout(limitMs);
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
  } catch {
    return { kind: 'none' };
  }
  const { status } = response;
  try {
    return { kind: 'whole', status, body: Buffer.from(await response.arrayBuffer()) };
  } catch {
    return { kind: 'broken', status };
  }
}
