/** The media playlist in a playlist's lines: segments, parts, hints, reports (rfc8216bis 4.4.3 to 4.4.5). PURE. */
import type {
  ByteRange,
  DateTag,
  Hint,
  MediaMap,
  MediaPlaylist,
  Part,
  Playlist,
  RenditionReport,
  Segment,
  ServerControl,
  Tag,
  UriLine,
} from './playlist.js';
import { resolveUri, number, text, yes } from './tag-values.js';
import { millisecondsOf } from './value-forms.js';

/** Reads the media playlist. What is missing is undefined or NaN: the rules say whether it may be. */
export function readMediaPlaylist(source: Playlist): MediaPlaylist {
  const find = (name: string): Tag | undefined => source.tags.find((tag) => tag.name === name);
  const integer = (name: string): number | undefined => wholeNumber(find(name)?.value);
  const all = (name: string): Tag[] => source.tags.filter((tag) => tag.name === name);
  const skip = find('EXT-X-SKIP');
  const skipped = skip && (number(skip, 'SKIPPED-SEGMENTS') ?? 0);
  const mediaSequence = integer('EXT-X-MEDIA-SEQUENCE') ?? 0;
  const discontinuitySequence = integer('EXT-X-DISCONTINUITY-SEQUENCE') ?? 0;
  const type = find('EXT-X-PLAYLIST-TYPE')?.value;
  const partInf = find('EXT-X-PART-INF');
  return {
    ...{ source, mediaSequence, discontinuitySequence, skipped },
    targetDuration: integer('EXT-X-TARGETDURATION'),
    partTarget: partInf && number(partInf, 'PART-TARGET'),
    serverControl: serverControl(find('EXT-X-SERVER-CONTROL')),
    playlistType: type === 'EVENT' || type === 'VOD' ? type : undefined,
    ended: find('EXT-X-ENDLIST') !== undefined,
    iFramesOnly: find('EXT-X-I-FRAMES-ONLY') !== undefined,
    segments: new SegmentReader(source, mediaSequence + (skipped ?? 0), discontinuitySequence).read(),
    hints: all('EXT-X-PRELOAD-HINT').map((tag) => hint(tag, source)),
    reports: all('EXT-X-RENDITION-REPORT').map((tag) => report(tag, source)),
  };
}

/** Walks the lines and gathers what belongs to each segment. */
class SegmentReader {
  private readonly segments: Segment[] = [];
  private map: MediaMap | undefined;
  private key: Tag | undefined;
  private bitrateKbps: number | undefined;
  private parts: Part[] = [];
  /** Tags of the segment that is being read. */
  private own = new Map<string, Tag>();
  private lateTags: Tag[] = [];

  constructor(
    private readonly source: Playlist,
    private msn: number,
    private discontinuitySequence: number,
  ) {}

  read(): Segment[] {
    const items: (Tag | UriLine)[] = [...this.source.tags, ...this.source.uris];
    for (const item of items.sort((a, b) => a.line - b.line)) {
      if ('uri' in item) this.close(item);
      else this.take(item);
    }
    if (this.parts.length > 0) this.segments.push(this.segment(this.parts.at(-1)!.line, undefined));
    return this.segments;
  }

  private take(tag: Tag): void {
    switch (tag.name) {
      case 'EXT-X-MAP':
        this.map = mediaMap(tag, this.source);
        break;
      case 'EXT-X-KEY':
        this.key = text(tag, 'METHOD') === 'NONE' ? undefined : tag;
        break;
      case 'EXT-X-BITRATE':
        this.bitrateKbps = wholeNumber(tag.value);
        return;
      case 'EXT-X-PART':
        this.parts.push(part(tag, this.source, this.parts.at(-1)));
        return;
      case 'EXT-X-DISCONTINUITY':
        this.discontinuitySequence += 1;
        break;
      case 'EXT-X-PROGRAM-DATE-TIME':
        break;
      default:
        this.own.set(tag.name, tag);
        return;
    }
    this.own.set(tag.name, tag);
    if (this.parts.length > 0) this.lateTags.push(tag);
  }

  private close({ line, uri }: UriLine): void {
    this.segments.push(this.segment(line, uri));
    this.msn += 1;
    this.parts = [];
    this.own = new Map();
    this.lateTags = [];
  }

  private segment(line: number, uri: string | undefined): Segment {
    const extinf = this.own.get('EXTINF')?.value;
    const duration = extinf === undefined ? undefined : Number.parseFloat(extinf);
    const date = this.own.get('EXT-X-PROGRAM-DATE-TIME');
    const before = this.segments.at(-1);
    const byteRange = this.own.get('EXT-X-BYTERANGE')?.value;
    return {
      ...{ msn: this.msn, line, uri, complete: uri !== undefined, url: resolveUri(uri, this.source.url) },
      duration: Number.isNaN(duration) ? undefined : duration,
      byteRange: readByteRange(byteRange, before?.uri === uri ? before?.byteRange : undefined),
      discontinuity: this.own.has('EXT-X-DISCONTINUITY'),
      discontinuitySequence: this.discontinuitySequence,
      gap: this.own.has('EXT-X-GAP'),
      date: date && dateTag(date),
      ...{ map: this.map, key: this.key, parts: this.parts, lateTags: this.lateTags },
      // 4.4.4.8: it does not apply to segments that are byte ranges.
      bitrateKbps: byteRange === undefined ? this.bitrateKbps : undefined,
    };
  }
}

/** Reads `<n>[@<o>]`; without an offset it begins where `before` ends. */
export function readByteRange(written: string | undefined, before: ByteRange | undefined): ByteRange | undefined {
  const match = /^(\d+)(?:@(\d+))?$/.exec(written ?? '');
  if (!match) return undefined;
  const follows = before?.offset === undefined ? undefined : before.offset + before.length;
  return { length: Number(match[1]), offset: match[2] === undefined ? follows : Number(match[2]) };
}

function part(tag: Tag, source: Playlist, before: Part | undefined): Part {
  const uri = text(tag, 'URI') ?? '';
  const sameFile = before?.uri === uri ? before.byteRange : undefined;
  const written = text(tag, 'BYTERANGE');
  return {
    ...{ line: tag.line, text: tag.text, uri, url: resolveUri(uri, source.url) },
    duration: number(tag, 'DURATION') ?? NaN,
    independent: yes(tag, 'INDEPENDENT'),
    gap: yes(tag, 'GAP'),
    // 4.4.4.9: the first part of a parent without an offset begins at its resource's first byte.
    byteRange: readByteRange(written, sameFile ?? { length: 0, offset: 0 }),
  };
}

function mediaMap(tag: Tag, source: Playlist): MediaMap {
  const uri = text(tag, 'URI') ?? '';
  const byteRange = readByteRange(text(tag, 'BYTERANGE'), undefined);
  return { line: tag.line, uri, url: resolveUri(uri, source.url), byteRange };
}

const dateTag = ({ line, text: written, value }: Tag): DateTag => ({
  ...{ line, text: written, ms: millisecondsOf(value ?? '') },
});

function serverControl(tag: Tag | undefined): ServerControl | undefined {
  return (
    tag && {
      ...{ line: tag.line, text: tag.text },
      canBlockReload: yes(tag, 'CAN-BLOCK-RELOAD'),
      canSkipUntil: number(tag, 'CAN-SKIP-UNTIL'),
      canSkipDateRanges: yes(tag, 'CAN-SKIP-DATERANGES'),
      holdBack: number(tag, 'HOLD-BACK'),
      partHoldBack: number(tag, 'PART-HOLD-BACK'),
    }
  );
}

function hint(tag: Tag, source: Playlist): Hint {
  const uri = text(tag, 'URI') ?? '';
  return {
    ...{ line: tag.line, text: tag.text, type: text(tag, 'TYPE') ?? '', uri, url: resolveUri(uri, source.url) },
    byteRangeStart: number(tag, 'BYTERANGE-START'),
    byteRangeLength: number(tag, 'BYTERANGE-LENGTH'),
  };
}

function report(tag: Tag, source: Playlist): RenditionReport {
  const uri = text(tag, 'URI') ?? '';
  return {
    ...{ line: tag.line, text: tag.text, uri, url: resolveUri(uri, source.url) },
    lastMsn: number(tag, 'LAST-MSN'),
    lastPart: number(tag, 'LAST-PART'),
  };
}

function wholeNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
