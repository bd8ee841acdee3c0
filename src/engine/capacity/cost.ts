/** What a stream costs in processor cores, from what its pieces cost on this machine. PURE. */
import type { DisplaySize } from '../ladder/index.js';

/** Processor time (user and system) of the pieces of a stream, in seconds; measured by `calibrate`. */
export interface MachineCosts {
  /** x264 at the preset in use: for every frame, however small, and for every megapixel of it. */
  readonly encodeFrame: number;
  readonly encodeMegapixel: number;
  /** Decoding a megapixel and handing it on as a raw picture. */
  readonly decodeMegapixel: number;
  /** Scaling, per megapixel read or written. */
  readonly scaleMegapixel: number;
  /** A second of sound through the AAC encoder. */
  readonly soundSecond: number;
}

/** What is to be made of what: all that the cost depends on. */
export interface StreamDemand {
  /** Pictures to encode, tallest first; empty for sound alone. */
  readonly pictures: readonly DisplaySize[];
  /** House rate of the pictures. */
  readonly fps: number;
  /** The source's picture; undefined for sound alone. */
  readonly source: (DisplaySize & { readonly fps: number }) | undefined;
  /** How many segment formats are written: fMP4, transport streams, or both. */
  readonly formats: number;
}

/** Cores a stream keeps busy, by who uses them. */
export interface StreamCost {
  /** Reading and decoding the source, scaling it in a cascade. */
  readonly intake: number;
  readonly encoders: number;
  /** The stream's thread: raw frames passed on, fragments regrouped, parts written. */
  readonly packaging: number;
  readonly total: number;
}

/**
 * The thread's own part, in processor seconds. Measured once, in a running server: it is small beside the rest, and a
 * calibration would have to run a whole pipeline to see it.
 */
const THREAD_SECOND = 0.03;
const PASS_ON_MEGAPIXEL = 0.0013;
const WRITE_SECOND_OF_RENDITION = 0.011;
/** A second format is made from the first one's segments. */
const SECOND_FORMAT = 0.5;
/** Reading the source as it comes, and putting its sound on the house clock. */
const READ_SECOND = 0.015;

/** Cores that a stream needs, all together and by part. */
export function streamCost(demand: StreamDemand, costs: MachineCosts): StreamCost {
  const { pictures, fps, formats, source } = demand;
  const made = pictures.reduce((sum, picture) => sum + megapixels(picture), 0);
  const decoding = source && pictures.length > 0 ? source.fps * megapixels(source) * costs.decodeMegapixel : 0;
  const scaling = fps * scaledMegapixels(source, pictures) * costs.scaleMegapixel;
  const encoding = fps * (pictures.length * costs.encodeFrame + made * costs.encodeMegapixel);

  const intake = READ_SECOND + decoding + scaling;
  const encoders = encoding + costs.soundSecond;
  const writing = (pictures.length + 1) * (1 + (formats - 1) * SECOND_FORMAT) * WRITE_SECOND_OF_RENDITION;
  const packaging = THREAD_SECOND + fps * made * PASS_ON_MEGAPIXEL + writing;
  return { intake, encoders, packaging, total: intake + encoders + packaging };
}

/** Megapixels read and written by the cascade in one frame: each picture is scaled from the one above it. */
export function scaledMegapixels(source: DisplaySize | undefined, pictures: readonly DisplaySize[]): number {
  const steps = pictures.map((to, index) => ({ from: index === 0 ? (source ?? to) : pictures[index - 1]!, to }));
  return steps
    .filter(({ from, to }) => from.width !== to.width || from.height !== to.height)
    .reduce((sum, { from, to }) => sum + megapixels(from) + megapixels(to), 0);
}

export const megapixels = ({ width, height }: DisplaySize): number => (width * height) / 1e6;
