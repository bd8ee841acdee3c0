/** Metrics whose values are asked for when they are scraped: nothing is counted twice, and what is gone has no series. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface MetricTerms {
  readonly name: string;
  readonly help: string;
  /** A closed set of values each: a visitor cannot make series. */
  readonly labels?: readonly string[];
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is there at this moment; a rejection fails the scrape. */
export type Samples = () => Iterable<Sample> | Promise<Iterable<Sample>>;

/** A gauge of the samples there are. */
export function collectedGauge(registry: Registry, { name, help, labels = [] }: MetricTerms, samples: Samples): void {
  new Gauge({
    ...{ name, help, labelNames: labels, registers: [registry] },
    async collect() {
      const found = await samples();
      this.reset();
      if (labels.length > 0) for (const sample of found) this.set(sample.labels ?? {}, sample.value);
      else for (const { value } of found) this.set(value);
    },
  });
}

/** A counter of the same kind: values may fall only when what they count begins anew. The name ends in `_total`. */
export function collectedCounter(registry: Registry, { name, help, labels = [] }: MetricTerms, samples: Samples): void {
  new Counter({
    ...{ name, help, labelNames: labels, registers: [registry] },
    async collect() {
      const found = await samples();
      this.reset();
      for (const sample of found) this.inc(sample.labels ?? {}, sample.value);
    },
  });
}

export interface BucketSample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Values by upper bound, each in one bucket; one more for what is beyond all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** A histogram that was counted elsewhere, by the same bounds. */
export function collectedHistogram(
  registry: Registry,
  terms: MetricTerms & { readonly bounds: readonly number[] },
  samples: () => Iterable<BucketSample>,
): void {
  new CountedElsewhere(registry, terms, samples);
}

class CountedElsewhere extends Histogram {
  constructor(
    registry: Registry,
    private readonly terms: MetricTerms & { readonly bounds: readonly number[] },
    private readonly samples: () => Iterable<BucketSample>,
  ) {
    const { name, help, labels = [], bounds } = terms;
    super({ name, help, labelNames: labels, buckets: [...bounds], registers: [registry] });
  }

  /** What the registry asks of a histogram, and `get` too: prom-client's own counts are not used. */
  getForPromString(): Promise<object> {
    const { name, help, bounds } = this.terms;
    const values = [...this.samples()].flatMap((sample) => seriesOf(name, bounds, sample));
    return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' });
  }
}

/** Cumulative buckets, their sum and their count, as Prometheus reads them. PURE. */
function seriesOf(name: string, bounds: readonly number[], { labels = {}, counts, sum }: BucketSample) {
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? '+Inf' }, value: below };
  });
  const totals = [
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: below },
  ];
  // prom-client merges what series share into each of them, and wants it even where it is nothing.
  return [...buckets, ...totals].map((series) => ({ ...series, sharedLabels: {} }));
}
