/** `npm run chaos`: breaks a running server at random and watches what viewers get (docs/chaos.md). */
import { join } from 'node:path';
import { checkNode, ensureBuild, ensurePackages, ensurePrograms, ROOT } from './prepare.mjs';

checkNode();
ensurePrograms(['ffmpeg', 'ffprobe', 'nginx', 'setpriv']);
ensurePackages();
ensureBuild();

const { runnerImport } = await import('vite');
const { main } = (await runnerImport(join(ROOT, 'chaos', 'main.ts'))).module;
process.exit(await main(process.argv.slice(2)));
