/** One rendition of one HLS viewer: loads what its playlist lists, in order, or what it hints at. */
import type { Answer, Failure } from '../http/request.js';
import { positionKey } from '../measure/wake-ledger.js';
import { retryDelayMs } from '../viewer.js';
import type { MediaPlaylist, Piece, Position, Resource } from './media-playlist.js';
import { isAfter, listedPosition, nextStep, resumePosition, segmentAt } from './next-step.js';
import { PlaylistReloads, type ReloadOwner } from './playlist-reloads.js';

/** The viewer that a track belongs to, as the track sees it. */
export interface TrackOwner extends ReloadOwner {
  readonly hints: boolean;
  /** A track has its first playlist. */
  ready(): void;
  appended(track: HlsTrack, seconds: number, mediaEnd?: number): void;
  /** A transfer that had nothing to wait for is over. */
  transferred(answer: Answer): void;
  /** What a track wants next has left the window. */
  lost(): void;
  ended(track: HlsTrack): void;
  /** A track is about to load the first part of a segment: the moment to change to another playlist. */
  atSegmentStart(track: HlsTrack): void;
}

/** A piece that fails as often is left out. */
const ATTEMPTS = 3;

export class HlsTrack {
  playlist: MediaPlaylist | undefined;
  private reloads: PlaylistReloads;
  private next: Position | undefined;
  /** Seconds of the segment at `next` that were appended already. */
  private appendedOfSegment = 0;
  /** Time of day of the end of what was appended, in seconds since 1970. */
  private mediaEnd: number | undefined;
  /** A hinted part that is here before any playlist has told its duration. */
  private guessed: { readonly position: Position; readonly seconds: number } | undefined;
  private initLoaded: string | undefined;
  private loading = false;
  private failures = 0;

  constructor(
    private readonly owner: TrackOwner,
    url: URL,
  ) {
    this.reloads = this.reloadsOf(url);
  }

  get address(): URL {
    return this.reloads.url;
  }

  /** Asks for the playlist; `owner.ready` follows. */
  start(): void {
    this.reloads.start();
  }

  /** Loads from this position on; whatever was under way is forgotten. */
  loadFrom(position: Position): void {
    this.next = position;
    this.guessed = undefined;
    this.appendedOfSegment = 0;
    this.load();
  }

  /** Goes on with another rendition of the same content. */
  switchTo(url: URL): void {
    this.reloads.stop();
    this.reloads = this.reloadsOf(url);
    this.playlist = undefined;
    this.initLoaded = undefined;
    this.reloads.start();
  }

  private reloadsOf(url: URL): PlaylistReloads {
    return new PlaylistReloads(this.owner, url, (playlist) => this.update(playlist));
  }

  private update(playlist: MediaPlaylist): void {
    const isFirst = !this.playlist;
    this.playlist = playlist;
    this.correctGuess(playlist);
    if (!this.next) return this.owner.ready();
    if (isFirst && this.mediaEnd !== undefined) this.next = resumePosition(playlist, this.next, this.mediaEnd);
    this.load();
  }

  /** The playlist that lists a part which came by its hint tells how long it is, and which one it was. */
  private correctGuess(playlist: MediaPlaylist): void {
    if (!this.guessed) return;
    const { position, seconds } = this.guessed;
    const found = listedPosition(playlist, position);
    const part = segmentAt(playlist, found.msn)?.parts[found.part];
    if (!part && !isAfter(playlist.next, found)) return;
    this.guessed = undefined;
    if (found.msn !== position.msn) this.appendedOfSegment = seconds;
    this.next = { msn: found.msn, part: found.part + 1 };
    if (part) this.appended(part.duration - seconds, playlist.dated ? part.start + part.duration : undefined);
  }

  /** Starts the next transfer unless one is under way; media that is not loaded counts as here once it is listed. */
  private load(): void {
    const { lowLatency, hints, viewer } = this.owner;
    const { media } = viewer.options;
    const ways = { withParts: lowLatency, hints: hints && media !== 'none' };
    while (!this.loading && !this.guessed && this.playlist && this.next) {
      const step = nextStep(this.playlist, this.next, ways);
      if (step.kind === 'wait') return;
      if (step.kind === 'lost') return this.owner.lost();
      if (step.kind === 'end') return this.owner.ended(this);
      if (step.position.msn !== this.next.msn) {
        this.appendedOfSegment = 0;
        this.next = step.position;
        this.owner.atSegmentStart(this);
        continue;
      }
      if (step.kind === 'hint') return this.loadHint(step.url, step.position);
      const { piece, position, whole } = step;
      if (piece.gap || media === 'none') this.take(piece, position, whole);
      else if (piece.map && piece.map.url.href !== this.initLoaded) this.loadInit(piece.map);
      else this.loadPiece(piece, position, whole);
    }
  }

  private loadInit(init: Resource): void {
    this.transfer(init, 'init segment', () => (this.initLoaded = init.url.href));
  }

  private loadPiece(piece: Piece, position: Position, whole: boolean): void {
    const leaveOut = () => this.advance(position, whole);
    this.transfer(piece, whole ? 'segment' : 'part', () => this.take(piece, position, whole), leaveOut);
  }

  private loadHint(url: URL, position: Position): void {
    this.transfer({ url }, 'hinted part', ({ sentAtMs, firstByteAtMs, doneAtMs }) => {
      const key = positionKey(position.msn, position.part);
      this.owner.viewer.wake.add({
        ...{ kind: 'hinted part', track: this.address.href, asked: key, shown: key },
        ...{ sentAtMs, firstByteAtMs, doneAtMs, mediaEndMs: 0 },
      });
      // Until a playlist lists it, nobody knows its duration, nor whether it began a new segment.
      const seconds = this.playlist?.partTarget ?? 0;
      this.guessed = { position, seconds };
      this.appended(seconds, undefined);
      if (this.playlist) this.correctGuess(this.playlist);
    });
  }

  private take(piece: Piece, position: Position, whole: boolean): void {
    const seconds = whole ? piece.duration - this.appendedOfSegment : piece.duration;
    this.advance(position, whole);
    this.appended(seconds, this.playlist?.dated ? piece.start + piece.duration : undefined);
    if (whole) this.appendedOfSegment = 0;
  }

  private advance({ msn, part }: Position, whole: boolean): void {
    this.next = whole ? { msn: msn + 1, part: 0 } : { msn, part: part + 1 };
  }

  private appended(seconds: number, mediaEnd: number | undefined): void {
    this.appendedOfSegment += seconds;
    this.mediaEnd = mediaEnd ?? this.mediaEnd;
    this.owner.appended(this, seconds, mediaEnd);
  }

  private transfer(
    { url, range }: Resource,
    name: 'init segment' | 'segment' | 'part' | 'hinted part',
    take: (answer: Answer) => void,
    leaveOut: () => void = () => undefined,
  ): void {
    const { measures, options } = this.owner.viewer;
    const wanted = this.next;
    this.loading = true;
    const fail = (kind: string) => {
      this.loading = false;
      measures.error(kind);
      this.failures += 1;
      if (this.failures >= ATTEMPTS && wanted === this.next) leaveOut();
      this.owner.later(retryDelayMs(this.failures), () => this.load());
    };
    this.owner.request({
      ...{ method: options.media === 'head' ? 'HEAD' : 'GET', origin: url.origin, path: url.pathname + url.search },
      headers: range === undefined ? '' : `Range: ${range}\r\n`,
      answered: (answer) => {
        if (answer.status !== (range === undefined ? 200 : 206)) return fail(`${name} ${answer.status}`);
        measures.mediaReceived(answer, name !== 'hinted part');
        if (name !== 'hinted part') this.owner.transferred(answer);
        this.loading = false;
        this.failures = 0;
        // The viewer may have sought elsewhere meanwhile.
        if (wanted === this.next) take(answer);
        this.load();
      },
      failed: (failure: Failure) => fail(`${name}: ${failure}`),
    });
  }
}
