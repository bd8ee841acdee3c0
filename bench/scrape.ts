/** What a server's metrics say, as a scenario asks for it. */

export interface Metrics {
  /** The sum of a metric's series that have these labels. 0 without one. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

const SERIES = /^(\w+)(?:\{(.*)\})? (\S+)$/;

/** Reads `/metrics` once. */
export async function readMetrics(server: string): Promise<Metrics> {
  const text = await (await fetch(`${server}/metrics`)).text();
  const series = text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SERIES.exec(line) ?? [];
    return name ? [{ name, labels: `,${labels},`, value: Number(value) }] : [];
  });
  const known = new Set(series.map(({ name }) => name));
  return {
    sum(name, labels = {}) {
      if (!known.has(name)) throw new Error(`the server has no metric ${name}`);
      const wanted = Object.entries(labels).map(([label, value]) => `,${label}="${value}",`);
      const matching = series.filter((one) => one.name === name && wanted.every((label) => one.labels.includes(label)));
      return matching.reduce((total, { value }) => total + value, 0);
    },
  };
}

/** A part that is published later than this after its end is late: a player that keeps three parts waits for it. */
export const LATE_SECONDS = 0.5;

/** Parts that were published late, since the beginning. */
export function lateParts(metrics: Metrics): number {
  const published = metrics.sum('lockstep_rung_publish_delay_seconds_count');
  return published - metrics.sum('lockstep_rung_publish_delay_seconds_bucket', { le: `${LATE_SECONDS}` });
}
