/** Asks whether there is a stream to play before a player is troubled with it. */
import type { Protocol } from './player';

export type Probe =
  | { readonly found: 'live' }
  /** Still listed, but its playlist or MPD says that no more will come. */
  | { readonly found: 'finished' }
  | { readonly found: 'nothing'; readonly detail: string }
  /** The server is away or cannot answer now. */
  | { readonly found: 'trouble'; readonly detail: string };

/** `manifest`: address of the multivariant playlist or the MPD. */
export async function probeStream(manifest: string, protocol: Protocol, signal: AbortSignal): Promise<Probe> {
  const url = new URL(manifest, location.href);
  try {
    const response = await fetch(url, { cache: 'no-store', signal });
    if (response.status === 404 || response.status === 410) {
      return { found: 'nothing', detail: await problemDetail(response) };
    }
    if (!response.ok) return { found: 'trouble', detail: await problemDetail(response) };
    const text = await response.text();
    const finished = protocol === 'hls' ? await hasEndlist(text, url, signal) : /<MPD[^>]*\btype="static"/.test(text);
    return { found: finished ? 'finished' : 'live' };
  } catch {
    return { found: 'trouble', detail: 'The server does not answer.' };
  }
}

/** Only a media playlist tells the end: follows the first one that the multivariant playlist names. */
async function hasEndlist(multivariant: string, base: URL, signal: AbortSignal): Promise<boolean> {
  const uri = multivariant.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
  if (uri === undefined) return false;
  const response = await fetch(new URL(uri.trim(), base), { cache: 'no-store', signal });
  return response.ok && (await response.text()).includes('#EXT-X-ENDLIST');
}

/** The words of an `application/problem+json` answer (RFC 9457), or its status when it has none. */
export async function problemDetail(response: Response): Promise<string> {
  const status = `The server answered ${response.status}.`;
  if (!response.headers.get('content-type')?.includes('json')) return status;
  const problem: unknown = await response.json().catch(() => undefined);
  if (typeof problem !== 'object' || problem === null) return status;
  if ('detail' in problem && typeof problem.detail === 'string') return problem.detail;
  return 'title' in problem && typeof problem.title === 'string' ? problem.title : status;
}
