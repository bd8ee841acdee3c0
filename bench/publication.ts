/** From a frame's leaving its encoder to the part it completes being there for a viewer of nginx. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { get as httpGet, Agent } from 'node:http';

export interface PublicationOptions {
  readonly nginx: string;
  readonly stream: string;
  readonly renditions: readonly string[];
  /** The stream's folder on disk. */
  readonly folder: string;
  readonly seconds: number;
}

/** A part that was never made has no file. */
const GAP = { birthtimeMs: undefined };

/**
 * Milliseconds, one sample a part and rendition: from the birth of the part's file (our reading of the encoder's last
 * byte of it, a moment before) to the last byte of the playlist that a viewer was held for.
 */
export async function publicationDelays(options: PublicationOptions): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const endsAt = performance.now() + options.seconds * 1000;
  try {
    return (await Promise.all(options.renditions.map((name) => follow(name, options, agent, endsAt)))).flat();
  } finally {
    agent.destroy();
  }
}

async function follow(
  rendition: string,
  { nginx, stream, folder }: PublicationOptions,
  agent: Agent,
  endsAt: number,
): Promise<number[]> {
  const url = `${nginx}/${stream}/${rendition}/playlist.m3u8`;
  const delays: number[] = [];
  let position = nextPart((await answer(url, agent)).text);
  while (performance.now() < endsAt) {
    const { text, atMs } = await answer(`${url}?_HLS_msn=${position.segment}&_HLS_part=${position.part}`, agent);
    const file = join(folder, rendition, `${position.segment}.${position.part}.m4s`);
    const { birthtimeMs } = await stat(file).catch(() => GAP);
    if (birthtimeMs !== undefined) delays.push(atMs - birthtimeMs);
    position = nextPart(text);
  }
  return delays;
}

/** The part a playlist hints at. */
function nextPart(playlist: string): { segment: number; part: number } {
  const hint = /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d+)\.m4s"/.exec(playlist);
  if (!hint) throw new Error('the playlist hints at no part');
  return { segment: Number(hint[1]), part: Number(hint[2]) };
}

function answer(url: string, agent: Agent): Promise<{ text: string; atMs: number }> {
  return new Promise((resolve, reject) => {
    httpGet(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ text, atMs: performance.timeOrigin + performance.now() }));
    }).on('error', reject);
  });
}
