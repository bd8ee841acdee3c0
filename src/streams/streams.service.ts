/** Starts, finds, stops and resumes live streams, and sweeps up after them. */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../engine/clock.js';
import { parseLadder, pickRungs, rungSchema, type Ladder, type Rung } from '../engine/ladder/index.js';
import type { StartPipeline } from '../engine/pipeline/index.js';
import { Problem } from '../engine/problem.js';
import { folders, MediaStore, STREAM_ID } from '../engine/storage/index.js';
import { Catalogue } from '../origin/index.js';
import { CLOCK } from '../platform/clock.js';
import { LOGGER } from '../platform/logging/index.js';
import { Schedule } from '../platform/schedule/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { LiveStream, type StopReason } from './live-stream.js';
import { pipelineSpec, type StreamSpec } from './stream-spec.js';
import { findExpiredStreams, findStaleStreams } from './stale-sweep.js';
import type { StartStreamDto } from './streams.dto.js';
import { StreamsRepository } from './streams.repository.js';

/** How a pipeline is started: in a worker thread, or as a test pleases. */
export const START_PIPELINE = Symbol('START_PIPELINE');

@Injectable()
export class StreamsService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly streams = new Map<string, LiveStream>();
  private ladder: Ladder | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(Catalogue) private readonly catalogue: Catalogue,
    @Inject(Schedule) private readonly schedule: Schedule,
    @Inject(StreamsRepository) private readonly repository: StreamsRepository,
    @Inject(START_PIPELINE) private readonly startPipeline: StartPipeline,
  ) {}

  /** Streams that were wanted when the server went, however it went, are wanted still. */
  async onApplicationBootstrap(): Promise<void> {
    this.ladder = await this.readLadder();
    for (const spec of await this.repository.wanted()) {
      this.log.info({ stream: spec.streamId }, 'resuming');
      this.run(spec);
    }
    this.schedule.every(this.settings.cleanupInterval, 'stream sweep', () => this.sweep());
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.streams.values()].map((stream) => stream.pause()));
  }

  list(): LiveStream[] {
    return [...this.streams.values()];
  }

  /** Throws `stream-not-found`. */
  get(id: string): LiveStream {
    const stream = this.streams.get(id);
    if (!stream) throw new Problem('stream-not-found', { streamId: id });
    return stream;
  }

  /** Throws `stream-exists`, `quality-unknown`, `source-file-not-allowed`. */
  async start(request: StartStreamDto): Promise<LiveStream> {
    const id = request.stream_id;
    if (this.streams.get(id)?.active) throw new Problem('stream-exists', { streamId: id });
    const spec: StreamSpec = {
      streamId: id,
      sourceUrl: request.source_url,
      rungs: this.rungs(request.qualities ?? this.ladder!.defaults),
      enableHls: request.enable_hls ?? true,
      enableDash: request.enable_dash ?? true,
      lowLatency: request.low_latency ?? this.settings.lowLatencyHls,
      segmentFormat: request.segment_format ?? 'fmp4',
      staleAfterSeconds: request.stale_after === undefined ? this.settings.staleThreshold : request.stale_after,
      createdAtMs: this.clock.now(),
    };
    if (!spec.enableHls && !spec.enableDash) {
      throw new Problem('request-invalid', {
        field: 'enable_dash',
        expected: 'at least one of enable_hls and enable_dash',
      });
    }
    if (spec.segmentFormat === 'mpegts' && !spec.enableHls) {
      throw new Problem('request-invalid', {
        field: 'segment_format',
        expected: 'fmp4 where enable_hls is false: DASH is always fMP4, and mpegts is for HLS',
      });
    }
    const stream = this.run(spec);
    await this.repository.want(spec, this.clock.now());
    return stream;
  }

  /** Ends a stream, or forgets one that is over. Its media stays for the retention. */
  async stop(id: string, reason: StopReason = 'requested'): Promise<void> {
    const stream = this.get(id);
    await stream.stop(reason);
    await this.repository.unwant(id, reason, this.clock.now());
    // What a user has deleted is gone from the API; its playlists stay, ended, until their files go.
    if (reason === 'requested' && this.streams.get(id) === stream) this.forgotten.set(stream, this.streams.delete(id));
  }

  heartbeat(id: string): LiveStream {
    const stream = this.get(id);
    stream.heartbeat();
    return stream;
  }

  /** Stops the stale, removes what has been over for long enough, and what belongs to no stream at all. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    for (const stream of findStaleStreams(this.list(), now)) await this.stop(stream.id, 'stale');
    const over = [...this.list(), ...this.forgotten.keys()];
    for (const stream of findExpiredStreams(over, this.settings.endedRetention, now)) await this.remove(stream);
    await this.sweepLeftovers(now);
  }

  private readonly forgotten = new Map<LiveStream, boolean>();

  private run(spec: StreamSpec): LiveStream {
    const stream = new LiveStream(spec, {
      pipelineSpec: (wanted) => pipelineSpec(wanted, this.settings),
      startPipeline: this.startPipeline,
      catalogue: this.catalogue,
      clock: this.clock,
      log: this.log,
      onPlanned: (planned) => this.keep(this.repository.want(planned, this.clock.now()), planned.streamId),
      onOver: ({ id, reason, state }) => this.keep(this.repository.unwant(id, reason ?? state, this.clock.now()), id),
    });
    this.streams.set(spec.streamId, stream);
    stream.start();
    return stream;
  }

  /** A write nobody waits for: its failure is told, not thrown. */
  private keep(write: Promise<void>, streamId: string): void {
    write.catch((error: unknown) => this.log.error({ stream: streamId, err: error }, 'the database refused a write'));
  }

  private async remove(stream: LiveStream): Promise<void> {
    stream.onAir.remove();
    this.forgotten.delete(stream);
    if (this.streams.get(stream.id) === stream) this.streams.delete(stream.id);
    // A new stream may have taken the name: then the folder is its own.
    if (this.streams.has(stream.id)) return;
    await new MediaStore(this.folder(stream.id)).removeAll();
    await this.repository.forget(stream.id);
    this.log.info({ stream: stream.id }, 'removed');
  }

  private async sweepLeftovers(now: number): Promise<void> {
    const ended = new Map((await this.repository.ended()).map(({ id, endedAtMs }) => [id, endedAtMs]));
    const kept = new Set([...this.streams.keys(), ...[...this.forgotten.keys()].map(({ id }) => id)]);
    for (const id of await folders(this.settings.outputDir)) {
      if (kept.has(id) || !STREAM_ID.test(id)) continue;
      const overSince = ended.get(id) ?? (await stat(this.folder(id))).mtimeMs;
      const keepSeconds = ended.has(id) ? this.settings.endedRetention : this.settings.staleThreshold;
      if (now - overSince <= keepSeconds * 1000) continue;
      await new MediaStore(this.folder(id)).removeAll();
      await this.repository.forget(id);
      this.log.info({ stream: id }, 'leftovers removed');
    }
  }

  private folder(id: string): string {
    return join(this.settings.outputDir, id);
  }

  /** Names and descriptions as rungs; `["audio"]` means none. */
  private rungs(qualities: NonNullable<StartStreamDto['qualities']> | readonly string[]): Rung[] {
    const names = qualities.filter((quality) => typeof quality === 'string');
    const custom = qualities
      .filter((quality) => typeof quality !== 'string')
      .map((quality) => rungSchema.parse(quality));
    if (names.length === 1 && names[0] === 'audio' && custom.length === 0) return [];
    const rungs = [...pickRungs(this.ladder!, names), ...custom];
    const twice = rungs.find(({ name }, index) => rungs.findIndex((rung) => rung.name === name) !== index);
    if (twice)
      throw new Problem('request-invalid', {
        field: 'qualities',
        expected: `each name once; ${twice.name} is there twice`,
      });
    return rungs;
  }

  private async readLadder(): Promise<Ladder> {
    const file = this.settings.ladderFile;
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Problem('ladder-invalid', { file, errors: ['the file cannot be read'] }, { cause });
    });
    return parseLadder(text, file);
  }
}
