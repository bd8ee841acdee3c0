import { defineConfig } from 'vitest/config';

/** One project per kind of test, so that each kind can be run alone: `npx vitest run --project unit`. */
const project = (name: string, include: string[], extra: Record<string, unknown> = {}) => ({
  test: { name, include, testTimeout: 20_000, ...extra },
});

/** Real programs, timed: these need the machine for themselves. */
const ALONE = [
  ...['av-sync', 'capacity', 'isolation', 'load', 'players', 'speed', 'spine'].map(
    (name) => `test/live/${name}.live.ts`,
  ),
  'test/faults/bad-source.live.ts',
  'test/faults/source-faults.live.ts',
];

export default defineConfig({
  test: {
    projects: [
      project('unit', [
        'src/**/*.spec.ts',
        'web/src/**/*.spec.ts',
        'test/golden/*.spec.ts',
        'test/fuzz/*.spec.ts',
        'test/conformance/*.spec.ts',
        'test/containers/*.spec.ts',
        'load/**/*.spec.ts',
        'bad-source/**/*.spec.ts',
        'chaos/**/*.spec.ts',
        'test/docs/*.spec.ts',
      ]),
      project('architecture', ['test/architecture/*.spec.ts']),
      project('e2e', ['test/e2e/*.e2e.ts']),
      // Real ffmpeg and nginx: these wait more than they work, and run two files at a time.
      project('live', ['test/live/*.live.ts'], {
        exclude: ALONE,
        testTimeout: 120_000,
        hookTimeout: 120_000,
      }),
      // What measures, or plays in several players: one file at a time.
      project('alone', ALONE, { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 }),
      // Everything broken on purpose: these wait more than they work, and run two files at a time.
      project('faults', ['test/faults/*.live.ts'], { exclude: ALONE, testTimeout: 180_000, hookTimeout: 180_000 }),
      // The judge on live output: two files at a time.
      project('conformance', ['test/conformance/*.live.ts'], {
        testTimeout: 180_000,
        hookTimeout: 120_000,
      }),
      // Not part of `npm test`: what takes minutes and is measured, not checked.
      project('measure', ['test/measure/*.measure.ts'], {
        fileParallelism: false,
        testTimeout: 300_000,
        hookTimeout: 120_000,
      }),
      project('browser', ['test/browser/*.browser.ts'], {
        fileParallelism: false,
        testTimeout: 180_000,
        hookTimeout: 180_000,
      }),
    ],
  },
});
