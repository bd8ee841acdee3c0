/** What a player takes from a media playlist (rfc8216bis 4.4.3-4.4.5), and no more. */
import { attributesOf, linesOf, tagOf } from './lines.js';

export interface Position {
  readonly msn: number;
  readonly part: number;
}

/** Bytes to request: a file, or a stretch of one. */
export interface Resource {
  readonly url: URL;
  /** Value of the Range header, when it is a stretch. */
  readonly range?: string | undefined;
}

/** A whole segment or one part, on the time axis of its playlist. */
export interface Piece extends Resource {
  /** Seconds since 1970 by PROGRAM-DATE-TIME; without that tag, seconds from the end of the playlist, below zero. */
  readonly start: number;
  readonly duration: number;
  /** A picture can start here. */
  readonly independent: boolean;
  readonly gap: boolean;
  /** Init segment in force, when the playlist names one for it. */
  readonly map: Resource | undefined;
}

export interface Segment extends Piece {
  readonly msn: number;
  /** Empty when its parts are not listed any more. */
  readonly parts: readonly Piece[];
  /** False for the segment in progress, which is listed by its parts only. */
  readonly complete: boolean;
}

export interface MediaPlaylist {
  readonly targetDuration: number;
  readonly partTarget: number | undefined;
  /** Seconds to stay behind the edge: PART-HOLD-BACK, and HOLD-BACK or three target durations. */
  readonly partHoldBack: number | undefined;
  readonly holdBack: number;
  readonly canBlockReload: boolean;
  readonly canSkip: boolean;
  readonly ended: boolean;
  /** Whether `start` of its pieces is a time of day. */
  readonly dated: boolean;
  /** MSN of the first segment that is in the window, listed or skipped. */
  readonly firstMsn: number;
  readonly segments: readonly Segment[];
  /** The position after the last one listed. */
  readonly next: Position;
  /** The part announced for `next`. */
  readonly hint: URL | undefined;
  /** End of its last piece, on the axis of `Piece.start`. */
  readonly end: number;
}

interface Unfinished {
  start: number | undefined;
  parts: Piece[];
  independent: boolean;
  gap: boolean;
  duration: number;
  range: string | undefined;
}

const blank = (): Unfinished => ({
  start: undefined,
  parts: [],
  independent: true,
  gap: false,
  duration: 0,
  range: undefined,
});

/** Throws when this is no media playlist. */
export function parseMediaPlaylist(text: string, base: URL): MediaPlaylist {
  const lines = linesOf(text);
  const told = { targetDuration: 0, partTarget: undefined as number | undefined, ended: false, dated: false };
  let [control, hint]: [ReadonlyMap<string, string>, URL | undefined] = [new Map(), undefined];
  let [firstMsn, msn, clock]: [number, number, number] = [0, 0, 0];
  let map: Resource | undefined;
  const ranges = new RangeReader();
  let byteRange: string | undefined;
  let current = blank();
  const segments: Segment[] = [];
  const resource = (attributes: ReadonlyMap<string, string>): Resource => {
    const url = new URL(attributes.get('URI') ?? '', base);
    return { url, range: ranges.read(url.href, attributes.get('BYTERANGE')) };
  };

  for (const line of lines) {
    const value = line.slice(line.indexOf(':') + 1);
    switch (line.startsWith('#') ? tagOf(line) : 'URI') {
      case '#EXT-X-TARGETDURATION':
        told.targetDuration = Number(value);
        break;
      case '#EXT-X-PART-INF':
        told.partTarget = Number(attributesOf(line)?.get('PART-TARGET'));
        break;
      case '#EXT-X-SERVER-CONTROL':
        control = attributesOf(line)!;
        break;
      case '#EXT-X-MEDIA-SEQUENCE':
        firstMsn = msn = Number(value);
        break;
      case '#EXT-X-SKIP':
        msn += Number(attributesOf(line)?.get('SKIPPED-SEGMENTS') ?? 0);
        break;
      case '#EXT-X-MAP':
        map = resource(attributesOf(line)!);
        break;
      case '#EXT-X-PROGRAM-DATE-TIME':
        clock = Date.parse(value) / 1000;
        told.dated = true;
        break;
      case '#EXT-X-GAP':
        current.gap = true;
        break;
      case '#EXT-X-BYTERANGE':
        byteRange = value;
        break;
      case '#EXTINF':
        current.duration = Number.parseFloat(value);
        break;
      case '#EXT-X-PART': {
        const attributes = attributesOf(line)!;
        current.start ??= clock;
        const duration = Number(attributes.get('DURATION'));
        const independent = attributes.get('INDEPENDENT') === 'YES';
        const gap = attributes.get('GAP') === 'YES';
        current.parts.push({ ...resource(attributes), start: clock, duration, independent, gap, map });
        clock += duration;
        break;
      }
      case '#EXT-X-PRELOAD-HINT': {
        const attributes = attributesOf(line)!;
        // A hint that is a stretch of a growing file is waited for until it is listed.
        if (attributes.get('TYPE') === 'PART' && !attributes.has('BYTERANGE-START'))
          hint = new URL(attributes.get('URI') ?? '', base);
        break;
      }
      case '#EXT-X-ENDLIST':
        told.ended = true;
        break;
      case 'URI': {
        const start = current.start ?? clock;
        const url = new URL(line, base);
        current.range = ranges.read(url.href, byteRange);
        segments.push({ ...current, url, start, map, msn, complete: true });
        byteRange = undefined;
        clock = start + current.duration;
        msn += 1;
        current = blank();
        break;
      }
    }
  }
  if (!(told.targetDuration > 0)) throw new Error('no media playlist: there is no EXT-X-TARGETDURATION');

  if (current.parts.length > 0) {
    const duration = current.parts.reduce((sum, part) => sum + part.duration, 0);
    const start = current.start ?? clock;
    segments.push({ ...current, start, duration, url: base, map, msn, complete: false });
  }
  const seconds = (name: string) => (control.has(name) ? Number(control.get(name)) : undefined);
  const shift = told.dated ? 0 : clock;
  return {
    ...told,
    partHoldBack: seconds('PART-HOLD-BACK'),
    holdBack: seconds('HOLD-BACK') ?? 3 * told.targetDuration,
    canBlockReload: control.get('CAN-BLOCK-RELOAD') === 'YES',
    canSkip: (seconds('CAN-SKIP-UNTIL') ?? 0) > 0,
    firstMsn,
    segments: shift === 0 ? segments : segments.map((segment) => earlier(segment, shift)),
    next: { msn, part: current.parts.length },
    hint: told.ended ? undefined : hint,
    end: clock - shift,
  };
}

/** Reads byte ranges, whose offset may be left out when they go on where the last of the same file ended. */
class RangeReader {
  private readonly ends = new Map<string, number>();

  read(file: string, range: string | undefined): string | undefined {
    if (range === undefined) return undefined;
    const [length = 0, offset = this.ends.get(file) ?? 0] = range.split('@').map(Number);
    this.ends.set(file, offset + length);
    return `bytes=${offset}-${offset + length - 1}`;
  }
}

const earlier = (segment: Segment, by: number): Segment => ({
  ...segment,
  start: segment.start - by,
  parts: segment.parts.map((part) => ({ ...part, start: part.start - by })),
});
