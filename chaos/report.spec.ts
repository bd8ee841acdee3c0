import { expect, it } from 'vitest';
import { asText } from './report.js';

const A_RUN = {
  ...{ seed: 7, seconds: 60.2, acts: 9, names: 1036, gaps: 6, returns: [2.94, 3.1], longestSilence: 3.94 },
  ...{ peakMemoryBytes: 294 * 2 ** 20, violations: [] },
};

it('a run that broke nothing says what was measured, and that', () => {
  expect(asText(A_RUN).split('\n')).toEqual([
    '  seed                      7',
    '  acts                      9 in 60 s',
    '  objects fetched           1036, and again in every life of the server',
    '  segments missing (gaps)   6',
    '  server started again      2 times; new parts of every rendition after 2.9 s, 3.1 s',
    '  longest silence           3.9 s without a new part of some rendition',
    '  memory of the server      294 MiB at its peak',
    '',
    'No invariant was broken.',
  ]);
});

it('a violation is told with what must be, what was, when, and how often', () => {
  const violation = { invariant: 'absent', subject: '/a/1.m4s', evidence: 'answered 404', atSeconds: 12, count: 3 };
  const text = asText({ ...A_RUN, violations: [{ ...violation, invariant: 'absent' as const }] });
  expect(text.split('\n').slice(-4)).toEqual([
    '1 violation:',
    '  absent, /a/1.m4s, at 12.0 s, 3 times',
    '      must be: what is listed can be fetched',
    '      was:     answered 404',
  ]);
});
