/**
 * `npm run bench`: all scenarios, or those named (`npm run bench -- start`). Each prints its table; with `--write` the
 * tables go to bench/README.md, with the machine and the versions they were measured on; with `--short` the long ones are shorter.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { checkNode, ensureBuild, ensurePackages, ensurePrograms, ROOT, say } from './prepare.mjs';

checkNode();
ensurePrograms(['ffmpeg', 'ffprobe', 'nginx', 'setpriv', 'chromium']);
ensurePackages();
ensureBuild();

const { createServer } = await import('vite');
// Stays open: what a scenario imports in mid-run is loaded too.
const vite = await createServer({
  ...{ root: ROOT, configFile: false, appType: 'custom', logLevel: 'warn', optimizeDeps: { noDiscovery: true } },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
const load = (file) => vite.ssrLoadModule(join(ROOT, 'bench', file));
const { table } = await load('report.ts');

const known = readdirSync(join(ROOT, 'bench', 'scenario')).map((file) => file.replace(/\.ts$/, ''));
const named = process.argv.slice(2).filter((argument) => !['--write', '--short'].includes(argument));
const unknown = named.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no scenario ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exit(2);
}

for (const name of named.length > 0 ? named : known) {
  const { default: scenario } = await load(`scenario/${name}.ts`);
  say(`${name}: ${scenario.about}`);
  const before = processorTime();
  const rows = await scenario.run((text) => console.log(`  … ${text}`));
  const text = table(rows, 'baseline');
  const stolen = stolenShare(before, processorTime());
  console.log(`\n${text}\n\n${stolen}\n`);
  if (process.argv.includes('--write')) write(name, scenario.about, text, stolen);
}
process.exit(0);

/** Of all processors since they were started: all of it, and what a host gave to other guests instead (proc(5), /proc/stat). */
function processorTime() {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).map(Number);
  return { all: ticks.slice(0, 8).reduce((sum, some) => sum + some, 0), stolen: ticks[7] };
}

/** Whether the figures are worth anything: nobody can measure on a machine that is given to others. */
function stolenShare(before, after) {
  const share = (after.stolen - before.stolen) / (after.all - before.all);
  return `Of the processors ${(100 * share).toFixed(1)} % were given to others by the host meanwhile (steal).`;
}

/** Replaces the scenario's part of bench/README.md. */
function write(name, about, text, stolen) {
  const file = join(ROOT, 'bench', 'README.md');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const version = (program, flag) => execFileSync(program, [flag]).toString().split('\n')[0];
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.versions.node}, ${version('ffmpeg', '-version').split(' Copyright')[0]}, ${new Date().toISOString().slice(0, 10)}`;
  const part = `${begin}\n## ${name}\n\n${about}\n\n${text}\n\nMeasured on ${machine}. ${stolen}\n${end}`;
  const before = readFileSync(file, 'utf8');
  const there = before.includes(begin);
  const after = there
    ? before.slice(0, before.indexOf(begin)) + part + before.slice(before.indexOf(end) + end.length)
    : `${before.trimEnd()}\n\n${part}\n`;
  writeFileSync(file, after);
}
