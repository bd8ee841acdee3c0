/** Writes the generated pages; with --check it writes nothing and fails when one of them is stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { renderConformancePage } from './engine/judge/rule-book.js';
import { renderProblemsPage } from './platform/problems/index.js';
import { renderConfigurationPage, renderExampleEnvironment } from './platform/settings/index.js';

const PAGES: readonly (readonly [string, () => string])[] = [
  ['docs/configuration.md', renderConfigurationPage],
  ['docs/conformance.md', renderConformancePage],
  ['docs/problems.md', renderProblemsPage],
  ['config/example.env', renderExampleEnvironment],
];

const checkOnly = process.argv.includes('--check');
for (const [page, render] of PAGES) {
  const file = new URL(`../${page}`, import.meta.url);
  const fresh = render();
  if ((await readFile(file, 'utf8').catch(() => undefined)) === fresh) continue;
  if (checkOnly) {
    console.error(`${page} is stale: run npm run build:server && npm run docs`);
    process.exitCode = 1;
  } else {
    await writeFile(file, fresh);
    console.log(`${page} written`);
  }
}
