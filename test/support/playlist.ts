/** Reads the playlists a test receives, with a parser that is not ours. */
import { Parser } from 'm3u8-parser';

export interface ParsedPlaylist {
  mediaSequence: number;
  targetDuration: number;
  endList?: boolean;
  playlists?: { uri: string; attributes: Record<string, unknown> }[];
  segments: {
    uri: string;
    duration: number;
    programDateTime?: number;
    map?: { uri: string };
    parts?: { uri: string }[];
  }[];
  preloadSegment?: { parts?: { uri: string }[] };
}

export function parsePlaylist(text: string): ParsedPlaylist {
  const parser = new Parser();
  parser.push(text);
  parser.end();
  return parser.manifest as ParsedPlaylist;
}

export async function fetchPlaylist(url: string): Promise<ParsedPlaylist> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return parsePlaylist(await response.text());
}

/** Every media name a playlist holds: segments and parts. */
export function mediaNames(text: string): string[] {
  return [...text.matchAll(/(?:^|URI=")(\d+(?:\.\d+)?\.m4s)/gm)].map((match) => match[1]!);
}
