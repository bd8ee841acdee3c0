import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderEventsPage } from './events-docs.js';

it('docs/events.md says what the table of events says', async () => {
  const page = await readFile(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  expect(page).toBe(renderEventsPage());
});
