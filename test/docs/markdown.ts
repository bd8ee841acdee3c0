/** Reads Markdown as GitHub shows it: headings with their anchors, links, fenced blocks. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export interface Fence {
  /** The words after the three backticks: language first. */
  readonly info: readonly string[];
  readonly text: string;
}

/** Folders that are not the project's: installed, built, or made by a run. */
const NOT_OURS = new Set(['node_modules', 'dist', 'var']);

/** Every page of the repository, by its path from the root. */
export function pages(folder = REPOSITORY): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pages(path);
    return entry.name.endsWith('.md') ? [relative(REPOSITORY, path)] : [];
  });
}

export const pageText = (page: string): string => readFileSync(join(REPOSITORY, page), 'utf8');
export const exists = (path: string): boolean => existsSync(join(REPOSITORY, path));

/** Fenced blocks, in order. */
export function fences(text: string): Fence[] {
  return [...text.matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```/gm)].map(([, , info, body]) => ({
    info: info!.trim().split(/\s+/),
    text: body!,
  }));
}

/** The text without what is shown as it is written: fenced blocks and comments. */
const prose = (text: string): string =>
  text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, '').replaceAll(/<!--[\s\S]*?-->/g, '');

/** Targets of links and images, in the order of the text. */
export function linkTargets(text: string): string[] {
  const shown = prose(text).replaceAll(/(`+)[\s\S]*?\1/g, 'code');
  const inline = [...shown.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map((match) => match[1]!);
  const bare = [...shown.matchAll(/<(https?:[^>]+)>|(?<![(<"\w])(https?:\/\/[^\s)>\]]+)/g)].map(
    // A sentence may end right behind an address.
    (match) => match[1] ?? match[2]!.replace(/[.,;:!?]+$/, ''),
  );
  return [...inline, ...bare];
}

/** The anchors of a page: headings by GitHub's rule, a repeated one numbered, and those that are set by hand. */
export function anchors(text: string): Set<string> {
  const found = new Set<string>();
  const times = new Map<string, number>();
  for (const [, title] of prose(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const name = anchorOf(title!);
    const before = times.get(name) ?? 0;
    times.set(name, before + 1);
    found.add(before === 0 ? name : `${name}-${before}`);
  }
  for (const [, name] of text.matchAll(/<a (?:id|name)="([^"]+)">/g)) found.add(name!);
  return found;
}

/** Lower case, nothing but letters, digits, `_`, `-` and spaces, each space a `-`. A link counts by its words. */
function anchorOf(title: string): string {
  const words = title.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
  return words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}
