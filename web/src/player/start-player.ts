import type { Player, PlayerRequest, Protocol } from './player';

/** Loads the one library that is needed; Safari on a phone without MSE plays HLS by itself. */
export async function startPlayer(protocol: Protocol, request: PlayerRequest): Promise<Player> {
  if (protocol === 'dash') return (await import('./player-dash')).startDash(request);
  return (await import('./player-hls')).startHls(request);
}
