import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricsRegistry } from '../../src/platform/index.js';
import { startApplication, type TestApplication } from '../support/application.js';

let application: TestApplication;
beforeAll(async () => {
  application = await startApplication();
});
afterAll(() => application.remove());

/** `| name | type | labels | meaning | … |` */
const ROW = /^\| `((?:lockstep|streaming)_\w+)` \| (\w+) \|([\w, ]*)\|(.*)\|$/gm;

async function documented(): Promise<string[]> {
  const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  return [...page.matchAll(ROW)].map(([, name, type, labels]) => described(name!, type!, labels!.trim().split(/,\s*/)));
}

const described = (name: string, type: string, labels: readonly string[]): string =>
  `${name} ${type} ${labels
    .filter((label) => label !== '')
    .toSorted()
    .join(',')}`.trim();

describe('the metrics', () => {
  it('are all in docs/metrics.md, each with its type and its labels, and no others', async () => {
    const { registry } = application.app.get(MetricsRegistry);
    const all = (await registry.getMetricsAsJSON()).map(({ name, type }) => {
      const { labelNames } = registry.getSingleMetric(name) as unknown as { labelNames: readonly string[] };
      return described(name, String(type), labelNames);
    });
    const ours = all.filter((text) => !text.startsWith('lockstep_node_'));
    expect((await documented()).toSorted()).toEqual(ours.toSorted());
  });

  it('have names that say their unit, and end in _total where they count', async () => {
    const { registry } = application.app.get(MetricsRegistry);
    for (const { name, type } of await registry.getMetricsAsJSON()) {
      if (name.startsWith('lockstep_node_')) continue;
      expect(`${name} ${name.endsWith('_total')}`).toBe(`${name} ${String(type) === 'counter'}`);
      expect(name).not.toMatch(/_(ms|milliseconds|kb|mb|kbps)(_|$)/);
    }
  });
});
