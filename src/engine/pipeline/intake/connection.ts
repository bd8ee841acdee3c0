/** One connection to a source, from opening it to its end: probe, decode, and raw media out. */
import {
  describeSource,
  ffmpegArguments,
  FfmpegProcess,
  intakeCommand,
  parseTestPicture,
  PROBE_OPTIONS,
  readBytes,
  readInto,
  tapCommand,
  testPictureInputs,
  type ChildExit,
  type CommandInput,
  type Source,
  type SourceDescription,
} from '../../ffmpeg/index.js';
import { FrameFiller, yuv420Bytes, type Frame } from '../../playout/index.js';
import type { AddressPolicy, Lookup } from '../../net/index.js';
import { Problem } from '../../problem.js';
import { allowedFile } from './allowed-file.js';
import { hear, lookAtBytes, lookAtPackets, type Look } from './look-at.js';
import { passageTo, type Passage } from './source-guard.js';
import { Tap } from './tap.js';
import { toNumber, type Ratio } from '../../timeline/index.js';
import type { StreamPlan } from '../stream-plan.js';

export interface ConnectionOptions {
  readonly source: Source;
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  readonly timeoutSeconds: number;
  readonly mediaRoot: string | undefined;
  /** Where it may connect to. */
  readonly policy: AddressPolicy;
  readonly lookup: Lookup;
  /** Says what to decode to, once the source is known. May throw a Problem: the connection then fails with it. */
  readonly plan: (source: SourceDescription) => StreamPlan;
  readonly onProcess: (child: FfmpegProcess) => void;
  readonly events: ConnectionEvents;
}

export interface ConnectionEvents {
  /** Decoding to so many video lanes at this rate begins: frames and samples count from 0. */
  readonly onOpen: (lanes: number, rate: Ratio) => void;
  /** Takes the frame over. */
  readonly onVideo: (lane: number, frame: Frame) => void;
  readonly onAudio: (bytes: Buffer) => void;
}

export type ConnectionEnd =
  /** A finite source (a file) was played to its end. */
  { readonly kind: 'finished'; readonly problem: Problem } | { readonly kind: 'lost'; readonly problem: Problem };

/** Formats that deliver whole segments in bursts: they are read at the pace of their own timestamps. */
const SEGMENTED_FORMATS = /^(hls|dash)/;
/** A source that is looked for (not waited for) gets this many source timeouts from being opened to its first media. */
const OPENING_TIMEOUTS = 2;
/** Neither in 20 seconds nor in 32 MB. */
const NO_KEY_FRAME = 'no key frame came';
/** What a source makes its reader allocate is bounded: an endless playlist ends the reader, not the machine. */
const MEMORY_LIMIT_BYTES = 2 * 1024 ** 3;

export class Connection {
  private readonly children: FfmpegProcess[] = [];
  /** Undefined until the first bytes: a listener may wait for its publisher as long as it likes. */
  private lastMediaAt: number | undefined;
  private readonly openedAt = performance.now();
  private closed = false;
  /** Why we ended it ourselves. */
  private brokenOff: string | undefined;
  private passage: Passage | undefined;

  constructor(private readonly options: ConnectionOptions) {}

  /** Settles when the source has ended or is lost, with no child left. Throws only what `plan` throws. */
  async run(): Promise<ConnectionEnd> {
    try {
      const { source } = this.options;
      if (source.access === 'built-in') return await this.runBuiltIn();
      const passage = await this.openPassage();
      if (passage instanceof Problem) return { kind: 'lost', problem: passage };
      return source.access === 'tapped' ? await this.runTapped(passage) : await this.runDirect(passage);
    } finally {
      await this.close();
      await this.passage?.close();
    }
  }

  /** The way to the source, or why there is none. */
  private async openPassage(): Promise<Passage | Problem> {
    const { source, policy, lookup } = this.options;
    try {
      this.passage = await passageTo(source, policy, lookup);
      if (!this.closed) return this.passage;
      return this.lostProblem({ code: 0, signal: null, aliveMs: 0, lastWords: [] });
    } catch (error) {
      if (error instanceof Problem) return error;
      const said = `Failed to resolve hostname: ${(error as Error).message}`;
      return this.lostProblem({ code: 1, signal: null, aliveMs: 0, lastWords: [said] });
    }
  }

  /** Ends every child and waits until they are gone. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.children.map((child) => child.stop(500)));
  }

  /**
   * Ends the connection if nothing has come out of it for the source timeout: it lives, but delivers nothing. A source
   * that waits for its publisher may wait as long as it likes; one that is called must answer.
   */
  checkStalled(): void {
    const { source, timeoutSeconds } = this.options;
    if (this.lastMediaAt === undefined && source.waits) return;
    const since = this.lastMediaAt ?? this.openedAt;
    const seconds = this.lastMediaAt === undefined ? OPENING_TIMEOUTS * timeoutSeconds : timeoutSeconds;
    if (performance.now() - since >= seconds * 1000) this.breakOff(`no data for ${seconds} s`);
  }

  /** Ends the connection, which is then lost for this reason. */
  breakOff(reason: string): void {
    this.brokenOff ??= reason;
    for (const child of this.children) child.kill();
  }

  private async runBuiltIn(): Promise<ConnectionEnd> {
    const picture = parseTestPicture(this.options.source.url);
    const description: SourceDescription = {
      format: 'test',
      video: { codec: 'rawvideo', width: picture.width, height: picture.height, fps: picture.fps, interlaced: false },
      ...(picture.sound && { audio: { codec: 'pcm_s16le', channels: 1, sampleRate: 48_000 } }),
    };
    const { decoder } = this.decode(description, testPictureInputs(picture), '1:a:0');
    return this.lost(await decoder.exited);
  }

  private async runDirect({ input }: Passage): Promise<ConnectionEnd> {
    const { source, ffprobePath } = this.options;
    const url =
      source.scheme === 'file' ? `file:${await allowedFile(source.url, this.options.mediaRoot, 'source_url')}` : input;
    const prober = this.spawn(ffprobePath, [...PROBE_OPTIONS, ...source.inputOptions, '-i', url]);
    const description = this.understand(await hear(prober));
    if (description instanceof Problem) return { kind: 'lost', problem: description };
    const finite = description.durationSeconds !== undefined;
    const pace = finite || SEGMENTED_FORMATS.test(description.format) ? ['-re'] : [];
    const { decoder } = this.decode(
      description,
      [{ options: [...source.inputOptions, ...pace], source: url }],
      '0:a:0',
    );
    const exit = await decoder.exited;
    return finite && exit.code === 0 && !this.closed ? { ...this.lost(exit), kind: 'finished' } : this.lost(exit);
  }

  private async runTapped({ input }: Passage): Promise<ConnectionEnd> {
    const { source, ffmpegPath, ffprobePath } = this.options;
    const child = this.spawn(ffmpegPath, ffmpegArguments(tapCommand({ ...source, input })));
    const tap = new Tap(child, () => (this.lastMediaAt = performance.now()));
    const lookAt = source.tap === 'bytes' ? lookAtBytes : lookAtPackets;
    const look = await lookAt(tap, (options) => this.spawn(ffprobePath, [...options, '-i', 'pipe:0']));
    if (look.said === undefined && child.alive && look.prober.code === 0) this.brokenOff ??= NO_KEY_FRAME;
    const description = this.understand(look);
    if (description instanceof Problem) {
      child.kill();
      const exit = await child.exited;
      return exit.signal === 'SIGKILL' ? { kind: 'lost', problem: description } : this.lost(exit);
    }
    // No await since the look's end: nothing can slip between what is kept and what comes next.
    const { decoder } = this.decode(description, [{ options: look.options, source: 'pipe:0' }], '0:a:0');
    tap.handTo(decoder);
    const first = await Promise.race([child.exited, decoder.exited]);
    if (child.alive) child.kill();
    else await decoder.exited;
    return this.lost(first);
  }

  private understand({ said, prober }: Pick<Look, 'said' | 'prober'>): SourceDescription | Problem {
    return said === undefined ? this.lostProblem(prober) : describeSource(said);
  }

  private decode(
    description: SourceDescription,
    inputs: readonly CommandInput[],
    audioStream: string,
  ): { decoder: FfmpegProcess } {
    const { plan, ffmpegPath } = this.options;
    const { onOpen, onVideo, onAudio } = this.options.events;
    const { video, grid } = plan(description);
    const hasSound = description.audio !== undefined;
    const command = intakeCommand({
      ...{ inputs, fps: grid.fps, video, interlaced: description.video?.interlaced ?? false },
      pixelsPerSecond: pixelsPerSecond(description),
      audioStream: hasSound ? audioStream : undefined,
    });
    const decoder = this.spawn(ffmpegPath, ffmpegArguments(command), video.length + (hasSound ? 1 : 0));
    onOpen(video.length, grid.fps);
    video.forEach(({ width, height }, lane) => {
      const filler = new FrameFiller(yuv420Bytes(width, height));
      readInto(decoder.output(lane), {
        get room() {
          return filler.room;
        },
        took: (bytes) => {
          this.lastMediaAt = performance.now();
          const frame = filler.took(bytes);
          if (frame) onVideo(lane, frame);
        },
      });
    });
    if (hasSound) {
      readBytes(decoder.output(video.length), (bytes) => {
        if (video.length === 0) this.lastMediaAt = performance.now();
        onAudio(bytes);
      });
    }
    return { decoder };
  }

  private spawn(program: string, args: readonly string[], extraOutputs = 0): FfmpegProcess {
    const env = this.passage?.environment ?? {};
    const child = new FfmpegProcess({ program, args, extraOutputs, env, memoryLimitBytes: MEMORY_LIMIT_BYTES });
    this.children.push(child);
    this.options.onProcess(child);
    return child;
  }

  private lost(exit: ChildExit): ConnectionEnd {
    return { kind: 'lost', problem: this.lostProblem(exit) };
  }

  private lostProblem(exit: ChildExit): Problem {
    const { scheme } = this.options.source;
    const refusal = this.passage?.refusal();
    if (refusal) return refusal;
    const said = [...(this.passage?.troubles() ?? []), ...exit.lastWords].slice(-4);
    if (this.brokenOff !== undefined)
      return new Problem('source-unreachable', { scheme, reason: this.brokenOff, said });
    const reason =
      exit.code === 0
        ? 'the source ended'
        : exit.code === null
          ? `ended by ${exit.signal ?? 'a failed start'}`
          : `exit code ${exit.code}`;
    return new Problem('source-unreachable', { scheme, reason, said });
  }
}

const pixelsPerSecond = ({ video }: SourceDescription): number =>
  video ? video.width * video.height * toNumber(video.fps) : 0;
