/** A plot of the last minutes, one line a player. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { el } from '../../shared/dom';
import { THEME_CHANGED } from '../../shared/theme';
import { span } from '../parts/words';

export interface PlotSeries {
  readonly name: string;
  /** Custom property that holds its colour. */
  readonly colour: string;
}

export interface PlotTerms {
  readonly title: string;
  readonly series: readonly PlotSeries[];
  /** A value with its unit, for the axis and for screen readers. */
  readonly words: (value: number) => string;
}

/** One sample a second. */
const KEPT = 180;
const HEIGHT = 150;

export class Plot {
  readonly element: HTMLElement;
  private readonly frame = el('div', { class: 'plot-frame', role: 'img' });
  private readonly times: number[] = [];
  private readonly values: (number | null)[][];
  private drawn: uPlot | undefined;

  constructor(
    private readonly terms: PlotTerms,
    signal: AbortSignal,
  ) {
    this.values = terms.series.map(() => []);
    this.element = el(
      'section',
      { class: 'card plot', 'aria-label': terms.title },
      el('h2', {}, terms.title),
      this.frame,
    );
    const size = new ResizeObserver(() => this.resize());
    size.observe(this.frame);
    addEventListener(THEME_CHANGED, () => this.draw(), { signal });
    signal.addEventListener('abort', () => (size.disconnect(), this.drawn?.destroy()), { once: true });
    this.describe();
  }

  /** One value a series; undefined leaves a gap. `atSeconds`: Unix time. */
  push(atSeconds: number, values: readonly (number | undefined)[]): void {
    this.times.push(atSeconds);
    this.values.forEach((line, index) => line.push(values[index] ?? null));
    for (const line of [this.times, ...this.values]) if (line.length > KEPT) line.shift();
    this.drawn?.setData(this.data());
    this.describe();
  }

  private resize(): void {
    const width = this.frame.clientWidth;
    if (width === 0) return;
    if (this.drawn) this.drawn.setSize({ width, height: HEIGHT });
    else this.draw();
  }

  private draw(): void {
    this.drawn?.destroy();
    const width = this.frame.clientWidth;
    if (width > 0) this.drawn = new uPlot(this.options(width), this.data(), this.frame);
  }

  private options(width: number): uPlot.Options {
    const style = getComputedStyle(this.frame);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    return {
      ...{ width, height: HEIGHT, legend: { show: false }, cursor: { show: false }, padding: [8, 26, 0, 0] },
      scales: { y: { range: (_, least, most) => reach(least, most) } },
      axes: [
        { ...axis, values: (_, splits) => splits.map(clock), space: 70, size: 30 },
        { ...axis, values: (_, splits) => splits.map(this.terms.words), size: 70, space: 34 },
      ],
      series: [
        {},
        ...this.terms.series.map(({ name, colour: property }) => ({
          ...{ label: name, stroke: colour(property), width: 2, points: { show: false }, spanGaps: false },
        })),
      ],
    };
  }

  private data(): uPlot.AlignedData {
    return [this.times, ...this.values];
  }

  private describe(): void {
    const told = this.terms.series.flatMap(({ name }, index) => {
      const last = this.values[index]?.at(-1);
      return typeof last === 'number' ? [`${name} ${this.terms.words(last)}`] : [];
    });
    const seconds = this.times.length < 2 ? 0 : this.times.at(-1)! - this.times[0]!;
    const title = `${this.terms.title} of the last ${span(seconds)}`;
    this.frame.setAttribute('aria-label', `${title}: ${told.join(', ') || 'nothing yet'}`);
  }
}

/** From zero, with some air: a steady stream looks steady. */
const reach = (_least: number | null, most: number | null): [number, number] => [0, Math.max(1, (most ?? 1) * 1.2)];

const clock = (unixSeconds: number): string =>
  new Date(unixSeconds * 1000).toLocaleTimeString([], {
    hour12: false,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
