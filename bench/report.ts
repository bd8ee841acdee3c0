/** How a scenario tells what it measured: a line while it runs, a table row at the end. */

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly number[];
  readonly note?: string;
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

/** A table in Markdown; ratios are to the median of the row named `baseline`. */
export function table(rows: readonly Row[], baseline?: string): string {
  const base = rows.find(({ name }) => name === baseline);
  const lines = rows.map(({ name, unit, samples, note }) => {
    const ratio =
      base && name !== baseline && base.unit === unit ? (median(samples) / median(base.samples)).toFixed(2) : '';
    const figures = [median(samples), percentile(samples, 0.95)].map((value) => `${value.toFixed(2)} ${unit}`);
    return `| ${[name, ...figures, `${samples.length}`, ratio, note ?? ''].join(' | ')} |`;
  });
  return ['| | median | p95 | samples | ratio to baseline | |', '|---|---|---|---|---|---|', ...lines].join('\n');
}
