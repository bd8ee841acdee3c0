/**
 * `npm test`: everything, from a bare clone. Lint, types, architecture, unit, e2e, live (real ffmpeg and nginx),
 * alone (the live tests that measure), faults (all of it broken on purpose), conformance (the judge on live output) and browser (Debian's Chromium). A test that is skipped fails the run: green means it all ran.
 *
 * `npm test -- unit e2e` runs only the steps named.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureNode24 } from './node24.mjs';
import { checkNode, ensureBuild, ensurePackages, ensurePrograms, ROOT, say } from './prepare.mjs';

const REPORTS = join(ROOT, 'var', 'test');

const STEPS = [
  ['lint', () => npm('lint')],
  ['types', () => npm('types')],
  ['architecture', () => npm('architecture')],
  ['unit', () => vitest('unit')],
  ['e2e', () => vitest('e2e')],
  ['live', () => vitest('live', ['--maxWorkers=2'])],
  ['alone', () => vitest('alone')],
  ['faults', () => vitest('faults', ['--maxWorkers=2'])],
  ['conformance', () => vitest('conformance', ['--maxWorkers=2'])],
  ['browser', () => vitest('browser')],
];

checkNode();
ensurePrograms(['ffmpeg', 'ffprobe', 'nginx', 'setpriv', 'openssl', 'chromium', 'mpv', 'cvlc', 'promtool', 'ip']);
ensurePackages();
ensureNode24();
ensureBuild();

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some(([step]) => step === name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are ${STEPS.map(([step]) => step).join(', ')}`);
  process.exit(2);
}
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
for (const [name, step] of STEPS.filter(([name]) => wanted.length === 0 || wanted.includes(name))) {
  say(name);
  const startedAt = performance.now();
  const problem = step();
  const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  console.log(problem ? `  ✗ ${name}: ${problem} (${took})` : `  ✓ ${name} (${took})`);
  if (problem) failures.push(`${name}: ${problem}`);
}

for (const failure of failures) console.error(`FAILED ${failure}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = failures.length > 0 ? 1 : 0;

function npm(script) {
  const { status } = spawnSync('npm', ['run', '--silent', script], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0 ? undefined : `exit code ${status}`;
}

function vitest(project, options = []) {
  const report = join(REPORTS, `${project}.json`);
  const { status } = spawnSync(
    join(ROOT, 'node_modules', '.bin', 'vitest'),
    ['run', '--project', project, ...options, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const skipped = numPendingTests + numTodoTests;
  totals.passed += numPassedTests;
  totals.failed += numFailedTests;
  totals.skipped += skipped;
  if (status !== 0) return [`${numFailedTests} failed`, ...failedTests(testResults)].join('\n    ');
  if (numPassedTests === 0) return 'no test ran';
  return skipped > 0 ? `${skipped} skipped` : undefined;
}

/** One line for each failed test: its file, its name and the first line of what was wrong. */
function failedTests(files) {
  return files.flatMap(({ name, message, assertionResults }) => {
    const file = relative(ROOT, name);
    const tests = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${file} > ${fullName}: ${firstLine(failureMessages[0])}`);
    return tests.length === 0 && message ? [`${file}: ${firstLine(message)}`] : tests;
  });
}

function firstLine(text = '') {
  return text.split('\n', 1)[0];
}
