/** Where the players of this page find the stream: the server itself, with a signed link where playback is signed. */
import { manifestUrl, type Protocol } from '../../player/player';
import { streamPath, type Api } from '../api/api';
import type { PlaybackLinks } from '../api/types';
import type { PageContext } from '../page';

/** A page left open over a shift goes on playing. */
const LINK_SECONDS = 12 * 3_600;

/** Without the right to make a link the plain address is left: where playback is signed, the player says it is refused. */
export async function playbackAddress(
  { api, canControl, signal }: PageContext,
  id: string,
  protocol: Protocol,
): Promise<string> {
  const links = canControl ? await makeLinks(api, id, LINK_SECONDS, signal).catch(() => undefined) : undefined;
  const link = protocol === 'hls' ? links?.hls_url : links?.dash_url;
  const isSigned = links !== undefined && links.expires_at !== null;
  // As viewers reach it, which may be by another host; from here it is this server.
  return link && isSigned ? new URL(link, location.href).pathname : manifestUrl(id, protocol);
}

export const makeLinks = (api: Api, id: string, seconds: number, signal: AbortSignal): Promise<PlaybackLinks> =>
  api.send<PlaybackLinks>('POST', streamPath(id, '/playback-links'), { expires_in: seconds }, signal);
