/** What a run says when it is over. PURE. */
import { INVARIANTS } from './invariants/violations.js';
import type { ChaosReport } from './run.js';

export function asText(report: ChaosReport): string {
  const { seed, seconds, acts, names, gaps, returns, longestSilence, peakMemoryBytes, violations } = report;
  const back = returns.length === 0 ? 'never' : returns.map((after) => `${after.toFixed(1)} s`).join(', ');
  const figures: readonly (readonly [string, string])[] = [
    ['seed', `${seed}`],
    ['acts', `${acts} in ${Math.round(seconds)} s`],
    ['objects fetched', `${names}, and again in every life of the server`],
    ['segments missing (gaps)', `${gaps}`],
    ['server started again', `${returns.length} times; new parts of every rendition after ${back}`],
    ['longest silence', `${longestSilence.toFixed(1)} s without a new part of some rendition`],
    ['memory of the server', `${Math.round(peakMemoryBytes / 2 ** 20)} MiB at its peak`],
  ];
  const table = figures.map(([name, value]) => `  ${name.padEnd(26)}${value}`);
  const verdict =
    violations.length === 0
      ? ['No invariant was broken.']
      : [
          `${violations.length} ${violations.length === 1 ? 'violation' : 'violations'}:`,
          ...violations.flatMap(violationLines),
        ];
  return [...table, '', ...verdict].join('\n');
}

const violationLines = ({
  invariant,
  subject,
  evidence,
  atSeconds,
  count,
}: ChaosReport['violations'][number]): string[] => [
  `  ${invariant}, ${subject}, at ${atSeconds.toFixed(1)} s${count > 1 ? `, ${count} times` : ''}`,
  `      must be: ${INVARIANTS[invariant]}`,
  `      was:     ${evidence}`,
];
