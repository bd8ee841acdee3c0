/** Gathers the circumstances of a stream, and has them explained. */
import { Inject, Injectable } from '@nestjs/common';
import { loadavg } from 'node:os';
import type { Clock } from '../../engine/clock.js';
import { parseSource } from '../../engine/ffmpeg/index.js';
import type { SerializedProblem } from '../../engine/problem.js';
import { partSeconds, segmentSeconds, toNumber } from '../../engine/timeline/index.js';
import { CLOCK } from '../../platform/clock.js';
import { DiskGuard } from '../../platform/disk/index.js';
import { SETTINGS, type Settings } from '../../platform/settings/index.js';
import { Admission, Machine } from '../capacity/index.js';
import { type LiveStream, lossPolicy, publicWords } from '../live/index.js';
import { StreamsService } from '../streams.service.js';
import type { Circumstances, PlanCircumstances } from './circumstances.js';
import type { ExplanationDto } from './explain.dto.js';
import { explain } from './explain.js';
import { Observations } from './observations.js';
import { recentOf, type Seen } from './recent.js';

type Clean = (problem: SerializedProblem) => SerializedProblem;

@Injectable()
export class ExplainService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(Observations) private readonly observations: Observations,
    @Inject(DiskGuard) private readonly disk: DiskGuard,
    @Inject(Machine) private readonly machine: Machine,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  /** Throws `stream-not-found`. */
  explain(id: string): ExplanationDto {
    const stream = this.streams.get(id);
    return explain(this.circumstances(stream, this.observations.look(stream)));
  }

  private circumstances(stream: LiveStream, seen: Seen): Circumstances {
    const { spec, settings } = { spec: stream.spec, settings: this.settings };
    const urls = [spec.sourceUrl, ...(spec.backupUrls ?? [])];
    const clean = cleaner(urls);
    const recent = recentOf(seen);
    const { refused, sinceMs } = { refused: seen.diskProblem?.problem, sinceMs: stream.storageRefusedSinceMs };
    return {
      ...{ nowMs: this.clock.now(), streamId: stream.id, state: stream.state, reason: stream.reason },
      changedAtMs: stream.changedAtMs,
      stale: staleness(stream),
      sources: stream.sources.map((source, index) => ({
        ...source,
        lastProblem: source.lastProblem && clean(source.lastProblem),
        sinceMs: seen.sources[index]?.sinceMs,
        waits: parseSource(urls[index]!, settings.sourceTimeout).waits,
      })),
      programme: stream.programme,
      onLoss: lossPolicy(spec, settings),
      allowanceMs: settings.playoutJitter * 1000,
      plan: planOf(stream),
      rungs: stream.rungs.map((rung) => ({ ...rung, kind: rung.name === stream.plan?.audio.name ? 'audio' : 'video' })),
      vitals: stream.vitals,
      recent: {
        ...recent,
        rungs: recent.rungs.map((rung) => ({
          ...rung,
          problem: rung.problem && { ...rung.problem, problem: clean(rung.problem.problem) },
        })),
      },
      refused: sinceMs === undefined ? undefined : { sinceMs, problem: refused && clean(refused) },
      disk: {
        ...{ freeBytes: this.disk.freeBytes, fullInSeconds: this.disk.fullInSeconds },
        reserveBytes: settings.diskReserve * 1e6,
      },
      machine: {
        ...{ cores: this.machine.cores, loadAverage: loadavg()[0]! },
        streamCores: this.admission.costOf(stream).total,
        committedCores: this.admission.room(this.streams.list()).committedCores,
      },
      lastProblem: stream.lastProblem && clean(stream.lastProblem),
    };
  }
}

/** Problems of a stream as they may be shown. */
function cleaner(urls: readonly string[]): Clean {
  const publicly = publicWords(urls);
  return ({ code, facts, detail }) => ({
    ...{ code, detail: publicly(detail) },
    facts: Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name,
        typeof value === 'string' ? publicly(value) : Array.isArray(value) ? value.map(publicly) : value,
      ]),
    ),
  });
}

function staleness({ spec, lastHeartbeatMs }: LiveStream): Circumstances['stale'] {
  const { staleAfterSeconds: afterSeconds } = spec;
  return afterSeconds === null ? undefined : { afterSeconds, atMs: lastHeartbeatMs + afterSeconds * 1000 };
}

function planOf({ spec, plan }: LiveStream): PlanCircumstances | undefined {
  if (!plan) return undefined;
  return {
    frameMs: 1000 / toNumber(plan.grid.fps),
    ...{ segmentSeconds: segmentSeconds(plan.grid), partSeconds: partSeconds(plan.grid) },
    terms: spec.segmentFormat === 'mpegts' ? plan.classicTerms : plan.terms,
  };
}
