/** A minute of chaos that is always the same: decoder, encoders, source, server and nginx die, and viewers lose nothing but gaps. */
import { describe, expect, it } from 'vitest';
import { runChaos } from '../../chaos/index.js';

/** Deals a killed server, encoder, nginx and decoder, a hung encoder, a source that goes away, and all ffmpegs killed at once. */
const SEED = 232;
const RUN_LIMIT_MS = 150_000;

describe('a minute in which everything is broken', () => {
  it(
    'breaks no name, no object, no number, and leaves no process behind',
    async () => {
      const told: string[] = [];
      const report = await runChaos({ seed: SEED, seconds: 60, say: (line) => told.push(line) });
      expect({ violations: report.violations, told }).toEqual({ violations: [], told });
      expect(told.filter((line) => line.includes('nobody there'))).toEqual([]);
      expect(report.acts).toBe(9);
      // Five renditions, three parts a second and their segments, for most of a minute.
      expect(report.names).toBeGreaterThan(400);
      expect(report.returns).toHaveLength(1);
      // What was broken was seen: the hung encoder and the dead server left gaps.
      expect(report.gaps).toBeGreaterThan(0);
    },
    RUN_LIMIT_MS,
  );
});
