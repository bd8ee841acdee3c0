import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exists, pageText, REPOSITORY } from './markdown.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Row {
  readonly name: string;
  readonly licence: string;
  /** Why it is there, and what would be done without it. */
  readonly reasons: readonly string[];
}

const json = <T>(path: string): T => JSON.parse(readFileSync(join(REPOSITORY, path), 'utf8')) as T;
const manifest = json<Manifest>('package.json');
const page = pageText('docs/dependencies.md');

/** Rows of the tables below a heading: `| name | licence | why | without it |`. */
function rowsBelow(heading: string): Row[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const [name, licence, ...reasons] = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((text) => text.trim());
    return { name: name!.replaceAll('`', ''), licence: licence!, reasons };
  });
}

const atRunTime = rowsBelow('At run time');
const whileDeveloping = rowsBelow('To build and to test');

describe('docs/dependencies.md', () => {
  it('names every package the server runs with, and no other', () => {
    const wanted = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(atRunTime.map(({ name }) => name).sort()).toEqual(wanted.sort());
  });

  it('names every package that builds and tests it, and no other', () => {
    expect(whileDeveloping.map(({ name }) => name).sort()).toEqual(Object.keys(manifest.devDependencies).sort());
  });

  it('tells the licence that each package has', () => {
    const installed = [...atRunTime, ...whileDeveloping].filter(({ name }) => exists(`node_modules/${name}`));
    expect(installed.length).toBeGreaterThan(40);
    const licences = installed.map(({ name }) => ({
      ...{ name, licence: json<{ license: string }>(`node_modules/${name}/package.json`).license },
    }));
    expect(installed.map(({ name, licence }) => ({ name, licence }))).toEqual(licences);
  });

  it('says of each why it is there, and what would be done without it', () => {
    const wordless = [...atRunTime, ...whileDeveloping].filter(
      ({ reasons }) => reasons.length !== 2 || reasons.some((text) => text.length < 6),
    );
    expect(wordless.map(({ name }) => name)).toEqual([]);
  });
});

describe('the packages behind them', () => {
  /** Licences that ask for no more than to be named, and MPL-2.0, which binds changes to its own files only. */
  const ACCEPTED = new Set([
    ...['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', '0BSD', 'Unlicense', 'CC0-1.0'],
    ...['Python-2.0', 'MPL-2.0'],
  ]);
  /** Packages so old that the lock file does not tell; their LICENSE files say MIT. */
  const MIT_BY_THEIR_FILES = new Set(['node_modules/async', 'node_modules/dom-walk']);

  it('have licences that let anybody run and change Lockstep', () => {
    const { packages } = json<{ packages: Record<string, { license?: string }> }>('package-lock.json');
    const others = Object.entries(packages).filter(
      ([path, { license }]) => path !== '' && !MIT_BY_THEIR_FILES.has(path) && !ACCEPTED.has(license ?? ''),
    );
    expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });
});
