/**
 * Node 24, the container's, beside the Node that runs this: npm ships it as a package without an install script.
 *
 *   $(node scripts/node24.mjs) dist/main.js
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, run, say } from './prepare.mjs';

const VERSION = '24.21.0';
const PACKAGE = `node-${process.platform}-${process.arch}`;
const FOLDER = join(ROOT, '.cache', 'node24');

/** The path of the program; it is fetched (4 s, 190 MB on disk) when it is not there yet. */
export function ensureNode24() {
  const program = join(FOLDER, 'node_modules', PACKAGE, 'bin', 'node');
  if (!existsSync(program)) {
    say(`fetching Node ${VERSION}`);
    const quiet = ['--no-save', '--no-fund', '--no-audit', '--loglevel', 'error'];
    run('npm', ['install', ...quiet, '--prefix', FOLDER, `${PACKAGE}@${VERSION}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return program;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(ensureNode24());
