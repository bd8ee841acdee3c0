/** How a scenario tells what it measured: a line while it runs, a table row at the end. */

/** Fewer and shorter rounds were asked for: `npm run bench -- cost --short`. */
export const IS_SHORT = process.argv.includes('--short');

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly number[] | Summary;
  readonly note?: string;
}

/** Samples that somebody else counted. */
export interface Summary {
  readonly median: number;
  readonly p95: number;
  readonly count: number;
}

export interface Scenario {
  /** One sentence: what is measured, and against what. */
  readonly about: string;
  run(progress: (text: string) => void): Promise<readonly Row[]>;
}

export const percentile = (samples: readonly number[], share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
};

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

const summaryOf = (samples: Row['samples']): Summary =>
  'median' in samples ? samples : { median: median(samples), p95: percentile(samples, 0.95), count: samples.length };

/** A table in Markdown; ratios are to the median of the row named `baseline`. */
export function table(rows: readonly Row[], baseline?: string): string {
  const base = rows.find(({ name }) => name === baseline);
  const lines = rows.map(({ name, unit, samples, note }) => {
    const { median, p95, count } = summaryOf(samples);
    const ratio =
      base && name !== baseline && base.unit === unit ? (median / summaryOf(base.samples).median).toFixed(2) : '';
    const figures = [median, p95].map((value) => `${value.toFixed(2)} ${unit}`);
    return `| ${[name, ...figures, `${count}`, ratio, note ?? ''].join(' | ')} |`;
  });
  return ['| | median | p95 | samples | ratio to baseline | |', '|---|---|---|---|---|---|', ...lines].join('\n');
}
