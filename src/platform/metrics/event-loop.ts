/** How late the main thread comes to what is due: held requests are answered there. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Registry } from 'prom-client';
import { collectedGauge } from './collected.js';

/** How often it is looked at. The histogram holds the time between two looks: this, and the delay. */
const LOOK_EVERY_MS = 10;
const QUANTILES = [0.5, 0.99] as const;

/** Registers the delay of the event loop since the last scrape. Looks until the process ends, and does not keep it. */
export function watchEventLoop(registry: Registry): void {
  const histogram = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  histogram.enable();
  collectedGauge(
    registry,
    {
      name: 'lockstep_event_loop_delay_seconds',
      help: 'How late the main thread came to what was due, since the last scrape',
      labels: ['quantile'],
    },
    () => {
      const samples = QUANTILES.map((quantile) => ({
        labels: { quantile: String(quantile) },
        value: delaySeconds(histogram.percentile(quantile * 100)),
      }));
      histogram.reset();
      return samples;
    },
  );
}

/** Nanoseconds between two looks as a delay. */
function delaySeconds(nanoseconds: number): number {
  const delayMs = nanoseconds / 1e6 - LOOK_EVERY_MS;
  return Number.isFinite(delayMs) ? Math.max(0, delayMs / 1000) : 0;
}
