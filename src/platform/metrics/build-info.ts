/** Which server this is. */
import { readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { collectedGauge } from './collected.js';

/** The package's version; the same file from `src/` and from `dist/`. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

export function tellBuild(registry: Registry): void {
  const labels = { version: VERSION, node: process.versions.node };
  collectedGauge(
    registry,
    { name: 'lockstep_build_info', help: 'Always 1; the labels say which version runs', labels: Object.keys(labels) },
    () => [{ labels, value: 1 }],
  );
}
