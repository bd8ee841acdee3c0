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
import { Admission } from './admission.js';
import { EndedStreams } from './ended-streams.js';
import { LiveStream, type StopReason } from './live-stream.js';
import { OverdueWrites } from './overdue-writes.js';
import { pipelineSpec, type StreamSpec } from './stream-spec.js';
import { sourceWishes } from './source-policy.js';
import { findExpiredStreams, findStaleStreams } from './stale-sweep.js';
import type { StartStreamDto } from './streams.dto.js';
import { StreamsRepository } from './streams.repository.js';

/** How a pipeline is started: in a worker thread, or as a test pleases. */
export const START_PIPELINE = Symbol('START_PIPELINE');

/** How often the database is told again what it refused. */
const OVERDUE_RETRY_SECONDS = 5;

/** A stream begins two segments behind the clock, and may have been five ahead of it after a quick restart. */
const LEAST_SEGMENTS_KEPT = 8;

@Injectable()
export class StreamsService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly streams = new Map<string, LiveStream>();
  private ladder: Ladder | undefined;
  private readonly endedStreams: EndedStreams;
  private readonly overdue: OverdueWrites;
  /** What is written down of streams that are just over. */
  private readonly closings = new Map<string, Promise<void>>();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(Catalogue) private readonly catalogue: Catalogue,
    @Inject(Schedule) private readonly schedule: Schedule,
    @Inject(StreamsRepository) private readonly repository: StreamsRepository,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(START_PIPELINE) private readonly startPipeline: StartPipeline,
  ) {
    this.endedStreams = new EndedStreams({ outputDir: settings.outputDir, catalogue, log });
    this.overdue = new OverdueWrites(log);
  }

  /** Streams that were wanted when the server went, however it went, are wanted still. */
  async onApplicationBootstrap(): Promise<void> {
    this.ladder = await this.readLadder();
    for (const spec of await this.repository.wanted()) {
      this.log.info({ stream: spec.streamId }, 'resuming');
      this.run(spec);
    }
    for (const { id } of await this.repository.ended())
      await this.endedStreams.restore(id, this.retentionSeconds, this.clock.now());
    this.schedule.every(this.settings.cleanupInterval, 'stream sweep', () => this.sweep());
    this.schedule.every(OVERDUE_RETRY_SECONDS, 'overdue writes', () => this.overdue.retry());
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.streams.values()].map((stream) => stream.pause()));
    await Promise.all(this.closings.values());
    await this.overdue.retry();
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

  /** Throws `stream-exists`, `quality-unknown`, `source-file-not-allowed`, `capacity-exceeded`. */
  async start(request: StartStreamDto): Promise<LiveStream> {
    const id = request.stream_id;
    const spec: StreamSpec = {
      streamId: id,
      sourceUrl: request.source_url ?? request.source_urls![0]!,
      ...sourceWishes(request),
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
    await this.admission.settle(spec, this.list());
    // Nothing waits from here until it runs: of two requests for one name, or for the last free core, one is refused.
    if (this.streams.get(id)?.active) throw new Problem('stream-exists', { streamId: id });
    this.admission.admit(spec, this.list(), this.ladder!);
    const stream = this.run(spec);
    await this.want(stream);
    return stream;
  }

  /** Ends a stream, or forgets one that is over. Its media stays for the retention. */
  async stop(id: string, reason: StopReason = 'requested'): Promise<void> {
    const stream = this.get(id);
    await stream.stop(reason);
    await (this.closings.get(id) ?? this.unwant(id, reason));
    // What a user has deleted is gone from the API; its playlists stay, ended, until their files go.
    if (reason === 'requested' && this.streams.get(id) === stream) this.forgotten.set(stream, this.streams.delete(id));
  }

  /** Throws `stream-not-found`, `source-index-unknown`. */
  wantSource(id: string, index: number | null): LiveStream {
    const stream = this.get(id);
    stream.wantSource(index);
    return stream;
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
    for (const stream of findExpiredStreams(over, this.retentionSeconds, now)) await this.remove(stream);
    this.endedStreams.expire(this.retentionSeconds, now);
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
      onPlanned: (planned) =>
        void this.overdue.write(planned.streamId, () => this.repository.want(planned, this.clock.now())),
      onOver: (over) => this.close(over),
    });
    this.streams.set(spec.streamId, stream);
    stream.start();
    return stream;
  }

  /** Nothing runs that a restart would forget. */
  private async want(stream: LiveStream): Promise<void> {
    this.overdue.drop(stream.id);
    try {
      await this.repository.want(stream.spec, this.clock.now());
    } catch (cause) {
      await this.stop(stream.id);
      throw new Problem('database-not-writable', { streamId: stream.id, reason: (cause as Error).message }, { cause });
    }
  }

  /** Writes down what a stream that is over leaves: its last texts first, for without them it had better go on. */
  private close(stream: LiveStream): void {
    const { id, reason, state } = stream;
    const closing = this.endedStreams
      .keep(stream)
      .catch((error: unknown) => this.log.error({ stream: id, err: error }, 'its last playlists could not be kept'))
      .then(() => this.unwant(id, reason ?? state))
      .finally(() => {
        if (this.closings.get(id) === closing) this.closings.delete(id);
      });
    this.closings.set(id, closing);
  }

  private unwant(id: string, reason: string): Promise<void> {
    const atMs = this.clock.now();
    return this.overdue.write(id, () => this.repository.unwant(id, reason, atMs));
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
    const forgotten = [...this.forgotten.keys()].map(({ id }) => id);
    const kept = new Set([...this.streams.keys(), ...forgotten, ...this.endedStreams.ids]);
    for (const id of await folders(this.settings.outputDir)) {
      if (kept.has(id) || !STREAM_ID.test(id)) continue;
      const overSince = ended.get(id) ?? (await stat(this.folder(id))).mtimeMs;
      const keepSeconds = ended.has(id) ? this.retentionSeconds : this.settings.staleThreshold;
      if (now - overSince <= keepSeconds * 1000) continue;
      await new MediaStore(this.folder(id)).removeAll();
      await this.repository.forget(id);
      this.log.info({ stream: id }, 'leftovers removed');
    }
  }

  /** With the folder goes the note of its numbers: not before the clock alone keeps a new stream from using them again. */
  private get retentionSeconds(): number {
    const { endedRetention, segmentDuration } = this.settings;
    return Math.max(endedRetention, LEAST_SEGMENTS_KEPT * segmentDuration);
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
