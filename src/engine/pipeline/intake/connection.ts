/** One connection to a source, from opening it to its end: probe, decode, and raw media out. */
import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  describeSource,
  ffmpegArguments,
  FfmpegProcess,
  intakeCommand,
  parseTestPicture,
  PROBE_OPTIONS,
  tapCommand,
  TAPPED_INPUT_OPTIONS,
  testPictureInputs,
  type ChildExit,
  type CommandInput,
  type Source,
  type SourceDescription,
} from '../ffmpeg/index.js';
import { FrameCutter, yuv420Bytes, type Frame } from '../playout/index.js';
import { Problem } from '../problem.js';
import type { StreamPlan } from './stream-plan.js';

export interface ConnectionOptions {
  readonly source: Source;
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  readonly timeoutSeconds: number;
  readonly mediaRoot: string | undefined;
  /** Says what to decode to, once the source is known. May throw a Problem: the connection then fails with it. */
  readonly plan: (source: SourceDescription) => StreamPlan;
  /** Decoding begins: frames and samples count from 0. */
  readonly onOpen: () => void;
  readonly onVideo: (lane: number, frame: Frame) => void;
  readonly onAudio: (bytes: Buffer) => void;
  readonly onProcess: (child: FfmpegProcess) => void;
}

export type ConnectionEnd =
  /** A finite source (a file) was played to its end. */
  { readonly kind: 'finished' } | { readonly kind: 'lost'; readonly problem: Problem };

/** Formats that deliver whole segments in bursts: they are read at the pace of their own timestamps. */
const SEGMENTED_FORMATS = /^(hls|dash)/;
/** Compressed bytes a decoder may lag behind its tap. Beyond it the decoder will never catch up. */
const MAX_DECODER_BACKLOG = 64 * 1024 * 1024;

export class Connection {
  private readonly children: FfmpegProcess[] = [];
  /** Undefined until the first bytes: a listener may wait for its publisher as long as it likes. */
  private lastMediaAt: number | undefined;
  private closed = false;
  private stalled = false;

  constructor(private readonly options: ConnectionOptions) {}

  /** Settles when the source has ended or is lost, with no child left. Throws only what `plan` throws. */
  async run(): Promise<ConnectionEnd> {
    try {
      const { source } = this.options;
      if (source.access === 'built-in') return await this.runBuiltIn();
      return source.access === 'tapped' ? await this.runTapped() : await this.runDirect();
    } finally {
      await this.close();
    }
  }

  /** Ends every child and waits until they are gone. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.children.map((child) => child.stop(500)));
  }

  /** Ends the connection if nothing has come out of it for the source timeout: it lives, but delivers nothing. */
  checkStalled(): void {
    if (this.lastMediaAt === undefined) return;
    if (performance.now() - this.lastMediaAt < this.options.timeoutSeconds * 1000) return;
    this.stalled = true;
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

  private async runDirect(): Promise<ConnectionEnd> {
    const { source, ffprobePath } = this.options;
    const url = source.scheme === 'file' ? await allowedFile(source.url, this.options.mediaRoot) : source.input;
    const prober = this.spawn(ffprobePath, [...PROBE_OPTIONS, ...source.inputOptions, '-i', url]);
    const description = await this.readDescription(prober);
    if (description instanceof Problem) return { kind: 'lost', problem: description };
    const finite = description.durationSeconds !== undefined;
    const pace = finite || SEGMENTED_FORMATS.test(description.format) ? ['-re'] : [];
    const { decoder } = this.decode(
      description,
      [{ options: [...source.inputOptions, ...pace], source: url }],
      '0:a:0',
    );
    const exit = await decoder.exited;
    return finite && exit.code === 0 && !this.closed ? { kind: 'finished' } : this.lost(exit);
  }

  private async runTapped(): Promise<ConnectionEnd> {
    const { source, ffmpegPath, ffprobePath } = this.options;
    const tap = this.spawn(ffmpegPath, ffmpegArguments(tapCommand(source)));
    const prober = this.spawn(ffprobePath, [...PROBE_OPTIONS, ...TAPPED_INPUT_OPTIONS, '-i', 'pipe:0']);
    let held: Buffer[] | undefined = [];
    let reader = prober;
    tap.stdout.on('data', (bytes: Buffer) => {
      this.lastMediaAt ??= performance.now();
      held?.push(bytes);
      reader.stdin.write(bytes);
      if (reader.stdin.writableLength > MAX_DECODER_BACKLOG) reader.kill();
    });
    tap.stdout.once('end', () => reader.stdin.end());

    const description = await this.readDescription(prober);
    if (description instanceof Problem) {
      tap.kill();
      const exit = await tap.exited;
      return exit.signal === 'SIGKILL' ? { kind: 'lost', problem: description } : this.lost(exit);
    }
    const { decoder } = this.decode(description, [{ options: TAPPED_INPUT_OPTIONS, source: 'pipe:0' }], '0:a:0');
    // No await since the probe's end: nothing can slip between what is held and what comes next.
    for (const bytes of held) decoder.stdin.write(bytes);
    held = undefined;
    reader = decoder;
    const first = await Promise.race([tap.exited, decoder.exited]);
    if (tap.alive) tap.kill();
    else await decoder.exited;
    return this.lost(first);
  }

  private async readDescription(prober: FfmpegProcess): Promise<SourceDescription | Problem> {
    const chunks: Buffer[] = [];
    prober.stdout.on('data', (bytes: Buffer) => chunks.push(bytes));
    const exit = await prober.exited;
    const text = Buffer.concat(chunks).toString('utf8');
    if (exit.code === 0 && text.trim() !== '') return describeSource(text);
    return this.lostProblem(exit);
  }

  private decode(
    description: SourceDescription,
    inputs: readonly CommandInput[],
    audioStream: string,
  ): { decoder: FfmpegProcess } {
    const { plan, onOpen, onVideo, onAudio, ffmpegPath } = this.options;
    const { video, grid } = plan(description);
    const hasSound = description.audio !== undefined;
    const command = intakeCommand({
      ...{ inputs, fps: grid.fps, video, interlaced: description.video?.interlaced ?? false },
      audioStream: hasSound ? audioStream : undefined,
    });
    const decoder = this.spawn(ffmpegPath, ffmpegArguments(command), video.length + (hasSound ? 1 : 0));
    onOpen();
    video.forEach(({ width, height }, lane) => {
      const cutter = new FrameCutter(yuv420Bytes(width, height));
      decoder.output(lane).on('data', (bytes: Buffer) => {
        this.lastMediaAt = performance.now();
        for (const frame of cutter.push(bytes)) onVideo(lane, frame);
      });
    });
    if (hasSound) {
      decoder.output(video.length).on('data', (bytes: Buffer) => {
        if (video.length === 0) this.lastMediaAt = performance.now();
        onAudio(bytes);
      });
    }
    return { decoder };
  }

  private spawn(program: string, args: readonly string[], extraOutputs = 0): FfmpegProcess {
    const child = new FfmpegProcess({ program, args, extraOutputs });
    this.children.push(child);
    this.options.onProcess(child);
    return child;
  }

  private lost(exit: ChildExit): ConnectionEnd {
    return { kind: 'lost', problem: this.lostProblem(exit) };
  }

  private lostProblem(exit: ChildExit): Problem {
    const { scheme } = this.options.source;
    const said = exit.lastWords.slice(-4);
    if (this.stalled)
      return new Problem('source-unreachable', {
        scheme,
        reason: `no data for ${this.options.timeoutSeconds} s`,
        said,
      });
    const reason =
      exit.code === 0
        ? 'the source ended'
        : exit.code === null
          ? `ended by ${exit.signal ?? 'a failed start'}`
          : `exit code ${exit.code}`;
    return new Problem('source-unreachable', { scheme, reason, said });
  }
}

/** The real path of a `file:` source, if it lies below the media root, links resolved. */
async function allowedFile(url: string, mediaRoot: string | undefined): Promise<string> {
  const refused = (reason: string): Problem => new Problem('source-file-not-allowed', { field: 'source_url', reason });
  if (mediaRoot === undefined) throw refused('MEDIA_ROOT is not set, so file sources are off');
  const root = await realpath(mediaRoot).catch(() => undefined);
  if (root === undefined) throw refused('MEDIA_ROOT does not exist');
  const path = await realpath(fileURLToPath(url)).catch(() => undefined);
  if (path === undefined) throw refused('there is no such file');
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) throw refused('the file is not below MEDIA_ROOT');
  return `file:${path}`;
}
