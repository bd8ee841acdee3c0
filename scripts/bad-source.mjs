/** `npm run bad-source`: a live source that misbehaves by script (docs/bad-source.md). */
import { join } from 'node:path';
import { checkNode, ensurePackages, ensurePrograms, ROOT } from './prepare.mjs';

checkNode();
ensurePrograms(['ffmpeg', 'setpriv']);
ensurePackages();

const { runnerImport } = await import('vite');
const { main } = (await runnerImport(join(ROOT, 'bad-source', 'main.ts'))).module;
process.exit(await main(process.argv.slice(2)));
