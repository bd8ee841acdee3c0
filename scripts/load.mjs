/**
 * `npm run load`: viewers against a stream (load/README.md). The generator is compiled once into var/load and runs as
 * plain JavaScript: thousands of requests a second leave no room for a loader between its modules.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkNode, ensurePackages, ROOT } from './prepare.mjs';

const FROM = join(ROOT, 'load');
const TO = join(ROOT, 'var', 'load');

checkNode();
ensurePackages();
if (isStale()) await compile();
const { main } = await import(join(TO, 'main.mjs'));
process.exit(await main(process.argv.slice(2)));

function isStale() {
  const compiled = join(TO, 'main.mjs');
  if (!existsSync(compiled)) return true;
  const { mtimeMs } = statSync(compiled);
  const sources = readdirSync(FROM, { recursive: true }).filter((file) => file.endsWith('.ts'));
  return sources.some((file) => statSync(join(FROM, file)).mtimeMs > mtimeMs);
}

async function compile() {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: ROOT,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ...{ ssr: true, outDir: TO, emptyOutDir: true, target: 'node20', minify: false },
      rollupOptions: {
        input: { main: join(FROM, 'main.ts'), worker: join(FROM, 'worker.ts') },
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
      },
    },
  });
}
