import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NGINX_DEFAULTS, EDGE_DEFAULTS } from '../../nginx/render.mjs';
import { ALL_FACES } from '../../src/platform/problems/index.js';
import { describeSettings } from '../../src/platform/settings/index.js';
import { pages, pageText, REPOSITORY } from './markdown.js';

/** Pages about running Lockstep that are written by hand. */
const GUIDES = [
  ...['cdn', 'getting-started', 'index', 'players', 'recipes', 'sizing', 'troubleshooting', 'upgrade'],
].map((name) => `docs/${name}.md`);

/** Names in the environment that are no settings of the server: of the client, of compose files, of these pages. */
const OTHERS = new Set(['LOCKSTEP_URL', 'LOCKSTEP_TOKEN', 'WATCH_SECONDS', 'HLS_CATCH_UP', 'TLS_FOLDER']);

/** Every source file of a folder, as one text. */
const sourcesOf = (folder: string): string =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(REPOSITORY, folder, file), 'utf8'))
    .join('\n');

/** What stands in code on a guide and looks like `pattern`, with the page. */
const named = (pattern: RegExp): { page: string; name: string }[] =>
  GUIDES.flatMap((page) =>
    [...pageText(page).matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) =>
      [...code!.matchAll(pattern)].map(([name]) => ({ page, name })),
    ),
  );

describe('the guides', () => {
  it('are pages of the repository', () => {
    expect(GUIDES.filter((page) => !pages().includes(page))).toEqual([]);
  });

  it('name settings that exist', () => {
    const known = new Set([
      ...describeSettings().map(({ name }) => name),
      ...[...Object.keys(NGINX_DEFAULTS), ...Object.keys(EDGE_DEFAULTS), ...OTHERS],
    ]);
    const names = named(/\b(?<!\$)[A-Z]+(?:_[A-Z]+)+\b/g);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  it('name metrics that exist', () => {
    const sources = sourcesOf('src');
    const names = named(/\b(?:lockstep|streaming)_[a-z_]+\b/g);
    expect(names.length).toBeGreaterThan(5);
    // `lockstep_node_…` is a prefix of Node's own.
    expect(names.filter(({ name }) => !sources.includes(`'${name}'`))).toEqual([]);
  });

  it('name problems that exist', () => {
    const suspects = named(/^(?:source|encoder|disk|clock|capacity|slate|ffmpeg|stream|token)-[a-z-]+$/g);
    expect(suspects.length).toBeGreaterThan(5);
    expect(suspects.filter(({ name }) => !(name in ALL_FACES))).toEqual([]);
  });
});
