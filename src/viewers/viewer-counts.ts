/** What the audience of a stream amounts to. PURE. */
import type { Viewing } from './audience.js';

export interface PlaybackReports {
  /** Viewers whose players report (CMCD). */
  readonly reporting: number;
  /** Medians of what they reported last; undefined where none did. */
  readonly bufferSeconds: number | undefined;
  readonly bitrateKbps: number | undefined;
  readonly throughputKbps: number | undefined;
}

/** Viewers of each rendition; one who plays picture and sound is one of both. */
export function byRendition(viewings: readonly Viewing[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { video, audio } of viewings) {
    for (const name of [video, audio]) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

export const byProtocol = (viewings: readonly Viewing[]): { readonly hls: number; readonly dash: number } => ({
  hls: viewings.filter(({ protocol }) => protocol === 'hls').length,
  dash: viewings.filter(({ protocol }) => protocol === 'dash').length,
});

export function playbackReports(viewings: readonly Viewing[]): PlaybackReports {
  const reports = viewings.flatMap(({ cmcd }) => cmcd ?? []);
  const bufferMs = median(reports.flatMap((report) => report.bufferMs ?? []));
  return {
    reporting: reports.length,
    bufferSeconds: bufferMs === undefined ? undefined : bufferMs / 1000,
    bitrateKbps: median(reports.flatMap((report) => report.bitrateKbps ?? [])),
    throughputKbps: median(reports.flatMap((report) => report.throughputKbps ?? [])),
  };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
