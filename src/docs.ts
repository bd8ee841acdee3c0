/** Writes the generated pages; with --check it writes nothing and fails when one of them is stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { describeApi, renderApiPage } from './docs/index.js';
import { renderConformancePage } from './engine/judge/rule-book.js';
import { renderProblemsPage } from './platform/problems/index.js';
import { renderEventsPage } from './streams/events/events-docs.js';
import { renderConfigurationPage, renderExampleEnvironment } from './platform/settings/index.js';

const PAGES: readonly (readonly [string, () => string | Promise<string>])[] = [
  ['docs/api.md', async () => renderApiPage(await describeApi())],
  ['docs/configuration.md', renderConfigurationPage],
  ['docs/conformance.md', renderConformancePage],
  ['docs/events.md', renderEventsPage],
  ['docs/problems.md', renderProblemsPage],
  ['config/example.env', renderExampleEnvironment],
];

const checkOnly = process.argv.includes('--check');
for (const [page, render] of PAGES) {
  const file = new URL(`../${page}`, import.meta.url);
  const fresh = await render();
  if ((await readFile(file, 'utf8').catch(() => undefined)) === fresh) continue;
  if (checkOnly) {
    console.error(`${page} is stale: run npm run build:server && npm run docs`);
    process.exitCode = 1;
  } else {
    await writeFile(file, fresh);
    console.log(`${page} written`);
  }
}
