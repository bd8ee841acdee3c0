/** Lets a stream in when the machine has room for it, and says what would fit when it has not. */
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as passed } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  fits,
  freeCores,
  largestThatFits,
  streamCost,
  type Room,
  type StreamCost,
} from '../../engine/capacity/index.js';
import type { Rung } from '../../engine/ladder/index.js';
import type { Ladder } from '../ladder/index.js';
import { Problem } from '../../engine/problem.js';
import { LOGGER } from '../../platform/logging/index.js';
import { SETTINGS, type Settings } from '../../platform/settings/index.js';
import type { LiveStream, StreamSpec } from '../live/index.js';
import { Machine } from './machine.js';
import { expectedDemand, plannedDemand } from '../stream-demand.js';

/** A client that asks for a stream waits no longer than this; on a machine that is very busy a measurement may take longer. */
const SETTLE_MS = 10_000;

/** Room for a stream, in processor cores. */
export interface Measured {
  readonly fits: boolean;
  readonly needs: number;
  readonly free: number;
  readonly total: number;
  /** The largest smaller ladder that would fit; null: it fits, or none would. */
  readonly suggestion: readonly string[] | null;
}

@Injectable()
export class Admission {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(Machine) private readonly machine: Machine,
  ) {}

  /** What a stream is expected to need; more exactly once its source is known. */
  costOf({ spec, plan }: Pick<LiveStream, 'spec' | 'plan'>): StreamCost {
    const demand = plan ? plannedDemand(plan) : expectedDemand(spec, this.settings.maxFps);
    return streamCost(demand, this.machine.known.costs);
  }

  room(streams: readonly LiveStream[]): Room {
    const committed = streams.filter(({ active }) => active).map((stream) => this.costOf(stream).total);
    return {
      totalCores: this.machine.cores * this.settings.admissionShare,
      committedCores: committed.reduce((sum, cores) => sum + cores, 0),
    };
  }

  /**
   * Waits for a first measurement under way, if by the costs that are assumed until then the stream would be refused:
   * they err on the high side.
   */
  async settle(spec: StreamSpec, streams: readonly LiveStream[]): Promise<void> {
    const { machine, settings } = this;
    if (settings.admission !== 'enforce' || machine.known.origin === 'measured') return;
    if (fits(this.costOf({ spec, plan: undefined }).total, this.room(streams))) return;
    await Promise.race([machine.settled(), passed(SETTLE_MS, undefined, { ref: false })]);
  }

  /** Throws `capacity-exceeded` with what the stream needs, what is free, and the largest smaller ladder that would fit. */
  admit(spec: StreamSpec, streams: readonly LiveStream[], ladder: Ladder): void {
    if (this.settings.admission === 'off') return;
    const measured = this.measure(spec, streams, ladder);
    if (measured.fits) return;
    const problem = exceeded(spec, measured);
    if (this.settings.admission === 'enforce') throw problem;
    this.log.warn({ stream: spec.streamId, ...problem.facts }, problem.message);
  }

  /** Whether there is room for a stream, however strictly it is asked for. */
  measure(spec: StreamSpec, streams: readonly LiveStream[], ladder: Ladder): Measured {
    const room = this.room(streams);
    const needs = this.costOf({ spec, plan: undefined }).total;
    const hasRoom = fits(needs, room);
    return {
      fits: hasRoom,
      // Rounded away from each other: what is refused never looks as if it fitted.
      needs: Math.ceil(needs * 100) / 100,
      free: Math.floor(freeCores(room) * 100) / 100,
      total: hundredths(room.totalCores),
      suggestion: hasRoom ? null : this.suggestion(spec, ladder, room),
    };
  }

  private suggestion(spec: StreamSpec, ladder: Ladder, room: Room): readonly string[] | null {
    const needsOf = (rungs: readonly Rung[]): number => {
      const demand = expectedDemand({ ...spec, rungs }, this.settings.maxFps, spec.rungs);
      return streamCost(demand, this.machine.known.costs).total;
    };
    return largestThatFits(spec.rungs, ladder.rungs, needsOf, room)?.map(({ name }) => name) ?? null;
  }
}

function exceeded({ streamId }: StreamSpec, { needs, free, total, suggestion }: Measured): Problem {
  const wouldFit = suggestion ? `The qualities ${suggestion.join(', ')} would fit.` : 'No smaller ladder would fit.';
  const detail = `Stream ${streamId} needs ${needs} processor cores; ${free} of ${total} are free. ${wouldFit}`;
  return new Problem('capacity-exceeded', { streamId, needs, free, total, suggestion }, { detail });
}

/** Cores as they are told. */
export const hundredths = (cores: number): number => Math.round(cores * 100) / 100;
