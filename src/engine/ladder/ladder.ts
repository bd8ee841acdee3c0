/** Fits a ladder to a source: aspect kept, sizes even, never upscaled, portrait handled. PURE. */
import { Problem } from '../problem.js';
import type { AudioRendition, Rung, VideoRendition } from './rendition.js';

/** The picture of a source as it is shown: rotation and sample aspect ratio already applied. */
export interface DisplaySize {
  readonly width: number;
  readonly height: number;
}

export interface FittedLadder {
  /** Tallest first. */
  readonly video: readonly VideoRendition[];
  /** Names asked for but taller than the source: left out, and reported. */
  readonly leftOut: readonly string[];
}

/**
 * A rung's height is its shorter side, so that 720p of a portrait phone picture is 720 wide, as players name it.
 * If every rung is taller than the source, the lowest one is kept at the source's own size.
 */
export function fitLadder(rungs: readonly Rung[], source: DisplaySize): FittedLadder {
  if (rungs.length === 0) throw new Problem('ladder-empty', {});
  const shorter = Math.min(source.width, source.height);
  const sorted = [...rungs].sort((a, b) => b.height - a.height || b.videoKbps - a.videoKbps);
  const fitting = sorted.filter((rung) => rung.height <= shorter);
  if (fitting.length > 0) {
    const leftOut = sorted.filter((rung) => rung.height > shorter).map(({ name }) => name);
    return { video: fitting.map((rung) => scaled(rung, source, rung.height)), leftOut };
  }
  const lowest = sorted.at(-1)!;
  return { video: [scaled(lowest, source, shorter)], leftOut: sorted.slice(0, -1).map(({ name }) => name) };
}

/** One audio rendition is shared by all rungs: stereo AAC at the best bit rate any of them asks for. */
export function audioFor(rungs: readonly Rung[]): AudioRendition {
  return { kind: 'audio', name: 'audio', audioKbps: Math.max(64, ...rungs.map(({ audioKbps }) => audioKbps)) };
}

function scaled(rung: Rung, source: DisplaySize, shorterSide: number): VideoRendition {
  const factor = shorterSide / Math.min(source.width, source.height);
  return {
    kind: 'video',
    name: rung.name,
    width: even(source.width * factor),
    height: even(source.height * factor),
    videoKbps: rung.videoKbps,
    profile: rung.profile,
  };
}

/** 4:2:0 needs even sides. */
const even = (length: number): number => Math.max(2, Math.round(length / 2) * 2);
