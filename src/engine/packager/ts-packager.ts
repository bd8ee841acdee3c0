/**
 * Classic HLS from the same encoders: each finished CMAF segment of a picture is joined by the sound of its number and
 * written as a transport stream segment beside it. Sound alone is a rendition too, for the thinnest lines.
 */
import { muxSegment, readAacConfig, readAccessUnits, readAvcConfig, type TsSegment } from '../mpegts/index.js';
import { segmentName, type MediaStore } from '../storage/index.js';
import type { TrackDescription } from '../timeline/index.js';
import type { FinishedSegment, MediaFact } from './facts.js';
import { Publisher } from './publisher.js';

export interface TsPackagerOptions {
  /** Names of the picture renditions; each gets the sound of `audio`. */
  readonly video: readonly string[];
  readonly audio: string;
  readonly store: MediaStore;
  readonly onFact: (fact: MediaFact) => void;
  readonly onWriteFailed: (error: unknown) => void;
}

/** Segments of one number whose other half has not come yet; a rung that lags further than this has lost it. */
const MAX_WAITING = 8;

export class TsPackager {
  private readonly waiting = new Map<number, FinishedSegment[]>();
  private readonly publishers: ReadonlyMap<string, Publisher>;

  constructor(private readonly options: TsPackagerOptions) {
    this.publishers = new Map(
      [...options.video, options.audio].map((rendition) => [rendition, new Publisher({ ...options, rendition })]),
    );
  }

  /** Takes a finished CMAF segment of any rendition; writes what is complete by it. */
  add(segment: FinishedSegment): void {
    const { audio } = this.options;
    const { number } = segment;
    if (segment.rendition !== audio) {
      const sound = this.waiting.get(number)?.find(({ rendition }) => rendition === audio);
      if (sound) this.write(segment, sound);
      else this.keep(segment);
      return;
    }
    this.write(undefined, segment);
    for (const picture of this.waiting.get(number) ?? []) this.write(picture, segment);
    this.waiting.delete(number);
    this.keep(segment);
  }

  /** Settles when all of it is on disk and told. */
  async settled(): Promise<void> {
    await Promise.all([...this.publishers.values()].map((publisher) => publisher.settled()));
  }

  private keep(segment: FinishedSegment): void {
    this.waiting.set(segment.number, [...(this.waiting.get(segment.number) ?? []), segment]);
    for (const number of this.waiting.keys()) if (number < segment.number - MAX_WAITING) this.waiting.delete(number);
  }

  private write(picture: FinishedSegment | undefined, sound: FinishedSegment): void {
    const main = picture ?? sound;
    const { rendition, number, startTicks, durationTicks, init } = main;
    const gap = main.pieces.length === 0 || !sound.header;
    const bytes = gap ? undefined : mux(picture, sound);
    const track = describe(picture, sound);
    const files = bytes ? [{ name: segmentName(number, 'mpegts'), pieces: [bytes] }] : [];
    this.publishers.get(rendition)!.publish(files, (written) => [
      {
        ...{ kind: 'segment', rendition, format: 'mpegts', ...(track && { track }) },
        segment: {
          ...{ number, startTicks, durationTicks, init },
          ...{ gap: !bytes || !written, bytes: bytes && written ? bytes.length : 0 },
        },
      },
    ]);
  }
}

function mux(picture: FinishedSegment | undefined, sound: FinishedSegment): Buffer {
  const aac = readAacConfig(sound.header!.bytes);
  const audio = { config: aac, units: readAccessUnits(Buffer.concat(sound.pieces), aac.timescale) };
  const segment: TsSegment = { number: sound.number, audio };
  if (!picture) return muxSegment(segment);
  const avc = readAvcConfig(picture.header!.bytes);
  const units = readAccessUnits(Buffer.concat(picture.pieces), avc.timescale);
  return muxSegment({ ...segment, video: { config: avc, units } });
}

/** What a multivariant playlist says of picture and sound in one file. */
function describe(picture: FinishedSegment | undefined, sound: FinishedSegment): TrackDescription | undefined {
  const [image, voice] = [picture?.header?.description, sound.header?.description];
  if (!picture || !image || !voice) return picture ? undefined : voice;
  const { sampleRate, channels } = voice;
  return {
    ...image,
    codec: `${image.codec},${voice.codec}`,
    ...(sampleRate !== undefined && { sampleRate }),
    ...(channels !== undefined && { channels }),
  };
}
