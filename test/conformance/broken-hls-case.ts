/** One case file, and what the judge finds in it. */
import type { Violation } from '../../src/engine/judge/rule.js';
import { judgeChange, judgePlaylist, judgePresentation } from '../../src/engine/judge/hls/judge-playlist.js';
import { listedPlaylists, memberOf } from '../../src/engine/judge/hls/members.js';
import { mergeDelta } from '../../src/engine/judge/hls/merge-delta.js';
import {
  completeSegments,
  type MediaPlaylist,
  type MultivariantPlaylist,
} from '../../src/engine/judge/hls/playlist.js';

const BASE = 'http://stream.test/demo/';
const RULER = /^-----(?: (.*))?$/;

/** A text that was fetched: `----- 720p/playlist.m3u8, 4 s later`. */
interface Document {
  readonly name: string;
  readonly secondsLater: number;
  readonly bytes: Buffer;
}

export interface BrokenCase {
  readonly title: string;
  readonly documents: readonly Document[];
  readonly findings: readonly string[];
}

/** Bytes are kept as they are: a case may be about bytes that are no UTF-8. */
export function readBrokenCase(bytes: Buffer): BrokenCase {
  const [title = '', ...lines] = bytes.toString('latin1').split('\n');
  const blocks: { words: string; lines: string[] }[] = [];
  for (const line of lines) {
    const ruler = RULER.exec(line);
    if (ruler) blocks.push({ words: ruler[1] ?? '', lines: [] });
    else blocks.at(-1)?.lines.push(line);
  }
  const told = blocks.at(-1)?.words === 'findings' ? blocks.pop()!.lines : [];
  return {
    title: utf8(title),
    documents: blocks.map(({ words, lines: text }) => ({
      name: words.split(',')[0]!.trim(),
      secondsLater: Number(/(\d+(?:\.\d+)?) s later/.exec(words)?.[1] ?? 0),
      bytes: Buffer.from(`${text.join('\n')}\n`, 'latin1'),
    })),
    findings: told.map(utf8).filter((line) => line !== ''),
  };
}

/** The same file with other findings. */
export function withFindings(bytes: Buffer, findings: readonly string[]): Buffer {
  const text = bytes.toString('latin1');
  const ruler = text.indexOf('\n----- findings\n');
  const told = ruler < 0 ? text : text.slice(0, ruler + 1);
  return Buffer.concat([Buffer.from(`${told}----- findings\n`, 'latin1'), Buffer.from(findings.join('\n') + '\n')]);
}

/** `id · clause · evidence` of everything that is found, in the order it is found. */
export function findingsOf(documents: readonly Document[]): string[] {
  const latest = new Map<string, MediaPlaylist>();
  const violations: Violation[] = [];
  let multivariant: MultivariantPlaylist | undefined;
  for (const { name, bytes, secondsLater } of documents) {
    const place = { url: BASE + name, atMs: 0 };
    const judged = judgePlaylist(bytes, place);
    violations.push(...judged.violations);
    multivariant ??= judged.multivariant;
    if (!judged.media) continue;
    const before = latest.get(place.url);
    const merged = mergeDelta(before, judged.media);
    if ('misfit' in merged) throw new Error(`${name} ${merged.misfit}`);
    if (before)
      violations.push(
        ...judgeChange({ before, after: merged.whole, ...pace(before, merged.whole, secondsLater) }, place),
      );
    latest.set(place.url, merged.whole);
  }
  if (multivariant) {
    const members = listedPlaylists(multivariant).flatMap((listed) => {
      const playlist = latest.get(listed.url);
      return playlist ? [memberOf(listed, playlist)] : [];
    });
    violations.push(...judgePresentation({ multivariant, members }, { url: multivariant.source.url, atMs: 0 }));
  }
  return violations.map(({ rule, clause, evidence }) => `${rule} · ${clause} · ${evidence}`);
}

function pace(before: MediaPlaylist, after: MediaPlaylist, seconds: number) {
  const partsOf = ({ segments }: MediaPlaylist) => segments.at(-1)?.parts.length ?? 0;
  const newSegment = completeSegments(after).at(-1)?.msn !== completeSegments(before).at(-1)?.msn;
  return {
    ...(newSegment && { secondsBetweenSegments: seconds }),
    ...((newSegment || partsOf(after) !== partsOf(before)) && { secondsBetweenParts: seconds }),
  };
}

const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');
