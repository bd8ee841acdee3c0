/**
 * Judges the media of one rendition: its init segment, and segments and parts as they come, each on its own and as the
 * continuation of the ones before. What the bytes are (fragmented MP4, MPEG-TS, packed audio) is seen in the bytes.
 */
import { violationsOf, type Place, type Rule, type Violation } from '../rule.js';
import { Continuity } from './continuity.js';
import type { MediaExpectation, TrackFacts } from './expectation.js';
import { CHUNK_RULES } from './mp4/chunk-rules.js';
import { readMp4Media } from './mp4/chunks.js';
import { HEADER_RULES } from './mp4/header-rules.js';
import { readHeader, type Header } from './mp4/header.js';
import { SAMPLE_RULES, withAvcSamples } from './mp4/sample-rules.js';
import { mp4Spans } from './mp4/spans.js';
import { lastCounters, type Counters } from './mpegts/counters.js';
import { isTransportStream } from './mpegts/packets.js';
import { TRANSPORT_RULES } from './mpegts/rules.js';
import { readTransport, transportFacts, transportSpans } from './mpegts/transport.js';
import { isPackedAudio, packedFacts, packedSpans, readPackedAudio } from './packed/packed-audio.js';
import { PACKED_RULES } from './packed/rules.js';
import { TIMING_RULES } from './timing-rules.js';
import { leadingSpan, secondsOf, type TrackSpan } from './track-span.js';

/** What one object is, in its container's own terms. */
interface Judged {
  readonly violations: readonly Violation[];
  readonly spans: readonly TrackSpan[];
}

/** Where a segment is on the clock of its track, seconds. */
export interface SegmentSpan {
  readonly sequence: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Its longest frame. */
  readonly stepSeconds: number;
}

export class MediaJudge {
  private header: Header | undefined;
  private facts: TrackFacts | undefined;
  private counters: Counters | undefined;
  private readonly continuity = new Continuity();
  /** The newest whole segment; undefined before the first, or where nobody said its number. */
  lastSegment: SegmentSpan | undefined;

  /** What the bytes say the track is; undefined until a header, or media that need none, was read. */
  get track(): TrackFacts | undefined {
    return this.facts;
  }

  /** An init segment; a second one replaces the first. */
  takeInit(bytes: Buffer, place: Place): Violation[] {
    if (isTransportStream(bytes)) return []; // EXT-X-MAP of MPEG-TS: a PAT and a PMT.
    this.header = readHeader(bytes);
    this.facts = this.header.facts ?? this.facts;
    return violationsOf(HEADER_RULES, this.header, place);
  }

  /** A whole segment or part, in the order of the playlist. */
  takeMedia(bytes: Buffer, expected: MediaExpectation, place: Place): Violation[] {
    const { violations, spans } = this.judged(bytes, expected, place);
    const timed = {
      ...{ expected, spans, isCmaf: this.header?.isCmaf ?? false },
      before: this.continuity.before(expected),
      firstPart: this.continuity.firstPartOf(expected),
      elapsed: this.continuity.elapsedWith(expected, spans),
    };
    this.continuity.add(expected, spans);
    const lead = leadingSpan(spans);
    if (expected.kind === 'segment' && expected.sequence !== undefined && lead)
      this.lastSegment = spanOf(expected.sequence, lead);
    return [...violations, ...violationsOf(TIMING_RULES, timed, place)];
  }

  private judged(bytes: Buffer, expected: MediaExpectation, place: Place): Judged {
    if (isTransportStream(bytes)) return this.transport(bytes, expected, place);
    if (isPackedAudio(bytes)) return this.packed(bytes, place);
    if (isText(bytes)) return { violations: [], spans: [] };
    if (isIsoMedia(bytes)) return this.mp4(bytes, expected, place);
    return { violations: violationsOf(FORMAT_RULES, bytes, place), spans: [] };
  }

  private mp4(bytes: Buffer, expected: MediaExpectation, place: Place): Judged {
    const media = { ...readMp4Media(bytes, this.header), expected };
    const violations = [
      ...violationsOf(CHUNK_RULES, media, place),
      ...violationsOf(SAMPLE_RULES, withAvcSamples(media), place),
    ];
    return { violations, spans: mp4Spans(media) };
  }

  private transport(bytes: Buffer, expected: MediaExpectation, place: Place): Judged {
    const transport = readTransport(bytes);
    const follows = this.continuity.before(expected).length > 0;
    const countersBefore = follows ? this.counters : undefined;
    this.counters = lastCounters(transport.packets);
    this.facts ??= transportFacts(transport);
    return {
      violations: violationsOf(TRANSPORT_RULES, { ...transport, expected, countersBefore }, place),
      spans: transportSpans(transport),
    };
  }

  private packed(bytes: Buffer, place: Place): Judged {
    const audio = readPackedAudio(bytes);
    this.facts ??= packedFacts(audio);
    return { violations: violationsOf(PACKED_RULES, audio, place), spans: packedSpans(audio) };
  }
}

const spanOf = (sequence: number, lead: TrackSpan): SegmentSpan => ({
  sequence,
  startSeconds: secondsOf(lead.startTicks, lead),
  endSeconds: secondsOf(lead.endTicks, lead),
  stepSeconds: secondsOf(lead.frameTicks, lead),
});

export const FORMAT_RULES: readonly Rule<Buffer>[] = [
  {
    id: 'media.format-known',
    clause: 'rfc8216bis 3.1',
    severity: 'error',
    text: 'Media are fragmented MP4, MPEG-TS or packed audio.',
    check: (bytes) => [bytes.length === 0 ? 'no bytes' : `begins with ${bytes.toString('hex', 0, 8)}`],
  },
];

/** WebVTT, with or without byte order mark: text is not judged here. */
const isText = (bytes: Buffer): boolean => /^(\ufeff)?WEBVTT/.test(bytes.toString('utf8', 0, 9));

/** A box of some name first. */
const isIsoMedia = (bytes: Buffer): boolean =>
  bytes.length >= 8 && /^[a-z0-9]{4}$/.test(bytes.toString('latin1', 4, 8));
