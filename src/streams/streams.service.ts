/** Starts, finds, stops and resumes live streams, and sweeps up after them. */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../engine/clock.js';
import type { StartPipeline } from '../engine/pipeline/index.js';
import { Problem } from '../engine/problem.js';
import { folders, MediaStore, STREAM_ID } from '../engine/storage/index.js';
import { Catalogue } from '../origin/index.js';
import { CLOCK } from '../platform/clock.js';
import { LOGGER } from '../platform/logging/index.js';
import { Schedule } from '../platform/schedule/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { Admission, type Measured } from './capacity/index.js';
import { EndedStreams } from './ended-streams.js';
import { StreamEvents } from './events/index.js';
import {
  LiveStream,
  pipelineSpec,
  sourceUrlsOf,
  specDifferences,
  type StopReason,
  type StreamSpec,
} from './live/index.js';
import { parseLadder, type Ladder } from './ladder/index.js';
import { OverdueWrites } from './overdue-writes.js';
import { SourceGate } from './source-gate.js';
import { specAfter, specOfRequest, type StartStreamDto, type UpdateStreamDto } from './requests/index.js';
import { findExpiredStreams, findStaleStreams } from './stale-sweep.js';
import { StreamsRepository } from './streams.repository.js';

/** How a pipeline is started: in a worker thread, or as a test pleases. */
export const START_PIPELINE = Symbol('START_PIPELINE');

/** How often the database is told again what it refused. */
const OVERDUE_RETRY_SECONDS = 5;

/** A stream begins two segments behind the clock, and may have been five ahead of it after a quick restart. */
const LEAST_SEGMENTS_KEPT = 8;

export interface StartedStream {
  readonly stream: LiveStream;
  /** False: it ran already, asked for in the same words. */
  readonly isNew: boolean;
}

/** A start that was only tried out. */
export interface Trial extends Measured {
  readonly spec: StreamSpec;
  /** A start would answer the stream that runs already. */
  readonly isRunning: boolean;
}

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
    @Inject(StreamEvents) private readonly events: StreamEvents,
    @Inject(SourceGate) private readonly gate: SourceGate,
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
      this.run(spec, true);
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

  /**
   * Starts a stream. One that runs and was asked for in the same words is answered instead, which says that it is still
   * wanted. Throws what `SourceGate.check` throws, `stream-exists`, `quality-unknown`, `capacity-exceeded`, `database-not-writable`.
   */
  async start(request: StartStreamDto): Promise<StartedStream> {
    const spec = this.specOf(request);
    const running = this.sameAs(spec);
    if (running) return stillWanted(running);
    await this.gate.check(sourceUrlsOf(spec));
    await this.admission.settle(spec, this.list());
    // Nothing waits from here until it runs: of two requests for one name, or for the last free core, one is refused.
    const meanwhile = this.sameAs(spec);
    if (meanwhile) return stillWanted(meanwhile);
    this.admission.admit(spec, this.list(), this.ladder!);
    const stream = this.run(spec);
    await this.want(stream);
    return { stream, isNew: true };
  }

  /** What a start would make and need; throws what a start would throw, but for want of room. Nothing is started. */
  async tryOut(request: StartStreamDto): Promise<Trial> {
    const spec = this.specOf(request);
    const isRunning = this.sameAs(spec) !== undefined;
    await this.gate.check(sourceUrlsOf(spec));
    await this.admission.settle(spec, this.list());
    return { spec, isRunning, ...this.admission.measure(spec, this.list(), this.ladder!) };
  }

  /**
   * Changes a stream while it runs, and what a restart would bring back. Throws `stream-not-found`, `stream-over`,
   * `database-not-writable`; then nothing is changed.
   */
  async update(id: string, change: UpdateStreamDto): Promise<LiveStream> {
    const stream = this.get(id);
    await this.gate.check(change.source_urls ?? [change.source_url ?? []].flat());
    let before: StreamSpec;
    do {
      checkRunning(stream);
      before = stream.spec;
      await this.keep(specAfter(before, change));
      // Its source may have become known meanwhile, or another change have come in between.
    } while (stream.spec !== before);
    checkRunning(stream);
    this.overdue.drop(id);
    stream.update(specAfter(before, change));
    return stream;
  }

  /** Every rung that may be asked for by name, and those of a stream that names none. */
  get offeredLadder(): Ladder {
    return this.ladder!;
  }

  /** Ends a stream, or forgets one that is over. Its media stays for the retention. */
  async stop(id: string, reason: StopReason = 'requested'): Promise<void> {
    const stream = this.get(id);
    await stream.stop(reason);
    await (this.closings.get(id) ?? this.unwant(id, reason));
    // What a user has deleted is gone from the API; its playlists stay, ended, until their files go.
    if (reason !== 'requested' || this.streams.get(id) !== stream) return;
    this.streams.delete(id);
    this.forgotten.add(stream);
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
    const over = [...this.list(), ...this.forgotten];
    for (const stream of findExpiredStreams(over, this.retentionSeconds, now)) await this.remove(stream);
    this.endedStreams.expire(this.retentionSeconds, now);
    await this.sweepLeftovers(now);
  }

  /** Deleted by a user, with media that is still kept. */
  private readonly forgotten = new Set<LiveStream>();

  private run(spec: StreamSpec, resumed = false): LiveStream {
    const stream = new LiveStream(spec, {
      pipelineSpec: (wanted) => pipelineSpec(wanted, this.settings),
      startPipeline: this.startPipeline,
      catalogue: this.catalogue,
      clock: this.clock,
      log: this.log,
      tell: this.events.of(spec.streamId),
      resumed,
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
    await this.keep(stream.spec).catch(async (problem: unknown) => {
      await this.stop(stream.id);
      throw problem;
    });
  }

  private async keep(spec: StreamSpec): Promise<void> {
    const { streamId } = spec;
    await this.repository.want(spec, this.clock.now()).catch((cause: unknown) => {
      throw new Problem('database-not-writable', { streamId, reason: (cause as Error).message }, { cause });
    });
  }

  private specOf(request: StartStreamDto): StreamSpec {
    return specOfRequest(request, this.ladder!, this.settings, this.clock.now());
  }

  /** The running stream that was asked for in the same words. Throws `stream-exists` where the words are others. */
  private sameAs(spec: StreamSpec): LiveStream | undefined {
    const { streamId } = spec;
    const running = this.streams.get(streamId);
    if (!running?.active) return undefined;
    if (running.state === 'stopping') throw new Problem('stream-exists', { streamId, reason: 'it is stopping' });
    const differs = specDifferences(running.spec, spec);
    if (differs.length === 0) return running;
    const detail = `Stream ${streamId} runs already, with another ${differs.join(', ')}.`;
    throw new Problem('stream-exists', { streamId, differs }, { detail });
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
    this.events.forget(stream.id);
    await new MediaStore(this.folder(stream.id)).removeAll();
    await this.repository.forget(stream.id);
    this.log.info({ stream: stream.id }, 'removed');
  }

  private async sweepLeftovers(now: number): Promise<void> {
    const ended = new Map((await this.repository.ended()).map(({ id, endedAtMs }) => [id, endedAtMs]));
    const forgotten = [...this.forgotten].map(({ id }) => id);
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

  private async readLadder(): Promise<Ladder> {
    const file = this.settings.ladderFile;
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Problem('ladder-invalid', { file, errors: ['the file cannot be read'] }, { cause });
    });
    return parseLadder(text, file);
  }
}

function checkRunning({ id, active, state, reason }: LiveStream): void {
  if (!active || state === 'stopping') throw new Problem('stream-over', { streamId: id, reason: reason ?? state });
}

function stillWanted(stream: LiveStream): StartedStream {
  stream.heartbeat();
  return { stream, isNew: false };
}
