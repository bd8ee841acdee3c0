/** One run of chaos: the scene, those who watch it, the plan, and what came of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../test/support/until.js';
import { Violations, type Violation } from './invariants/violations.js';
import { planChaos } from './plan/plan.js';
import { Stage } from './stage/stage.js';
import { Audience } from './watch/audience.js';

export interface ChaosOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Told of every act when it is done. */
  readonly say: (line: string) => void;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
}

export interface ChaosReport {
  readonly seed: number;
  readonly seconds: number;
  readonly acts: number;
  /** Objects fetched, each counted once. */
  readonly names: number;
  /** Segments listed as gaps. */
  readonly gaps: number;
  /** One a restart of the server: seconds from its start until every rendition had a new part. */
  readonly returns: readonly number[];
  /** Seconds without a new part of some rendition, while there was a server. */
  readonly longestSilence: number;
  readonly peakMemoryBytes: number;
  readonly violations: readonly Violation[];
}

const HEALS_WITHIN_MS = 15_000;

/** Rejects only when the scene cannot be set, or nothing more can be done in it. */
export async function runChaos({ seed, seconds, say, signal }: ChaosOptions): Promise<ChaosReport> {
  let startedAt = performance.now();
  const elapsedSeconds = (): number => Math.round(performance.now() - startedAt) / 1000;
  const violations = new Violations(elapsedSeconds);
  const stage = await Stage.start(seed, violations);
  startedAt = performance.now();
  const audience = new Audience(stage, violations, elapsedSeconds);
  let acts = 0;
  try {
    for (const act of planChaos(seed, seconds)) {
      await pauseUntil(act.atSeconds, elapsedSeconds, signal);
      if (signal?.aborted) break;
      const at = elapsedSeconds().toFixed(1).padStart(7);
      say(`${at} s  ${act.name}: ${await stage.perform(act, audience)}`);
      acts += 1;
    }
    await pauseUntil(seconds, elapsedSeconds, signal);
    if (!signal?.aborted) await checkHealed(stage, violations);
  } finally {
    await audience.leave();
    await stage.stop();
  }
  const { gaps, returns, longestSilence } = audience;
  return {
    ...{ seed, seconds: elapsedSeconds(), acts, names: audience.cache.names, gaps, returns, longestSilence },
    ...{ peakMemoryBytes: audience.memory.peakBytes, violations: violations.all },
  };
}

async function pauseUntil(seconds: number, elapsedSeconds: () => number, signal?: AbortSignal): Promise<void> {
  const leftMs = Math.max(0, (seconds - elapsedSeconds()) * 1000);
  await pause(leftMs, undefined, signal && { signal }).catch(() => undefined);
}

async function checkHealed(stage: Stage, violations: Violations): Promise<void> {
  for (const id of stage.streams) {
    const isLive = async (): Promise<boolean> => (await stage.statusOf(id)) === 'live';
    await until(`${id} is live again`, isLive, HEALS_WITHIN_MS).catch(async () =>
      violations.add('unhealed', id, `its status is ${(await stage.statusOf(id)) ?? 'unknown: no answer'}`),
    );
  }
}
