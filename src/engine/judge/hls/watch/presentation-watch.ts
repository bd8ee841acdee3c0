/** Watches all playlists of a presentation at once, and what binds them together. */
import { probeHttp, type Exchange } from '../../http/index.js';
import { violationsOf } from '../../rule.js';
import type { Watch } from '../../watch.js';
import { judgePresentation } from '../judge-playlist.js';
import { memberOf, type ListedPlaylist } from '../members.js';
import type { MultivariantPlaylist } from '../playlist.js';
import { DATE_MAPPING_RULES, MEASURED_VARIANT_RULES, REPORT_RULES, type MeasuredVariant } from '../rules/index.js';
import { text } from '../tag-values.js';
import { DeliveryProbes } from './delivery-probes.js';
import type { JudgedFetch } from './judged-fetch.js';
import { PlaylistFollower, type Version } from './playlist-follower.js';
import { RemovedMedia } from './removed-media.js';
import { RenditionMedia } from './rendition-media.js';
import { ReportChecks } from './report-checks.js';

interface Watched {
  readonly listed: ListedPlaylist;
  readonly follower: PlaylistFollower;
  readonly media: RenditionMedia;
  readonly removed: RemovedMedia;
}

/** Probes wait until the stream is seen to move. */
const PROBE_AFTER_VERSIONS = 3;

export class PresentationWatch {
  private readonly watched: readonly Watched[];
  private reports = new ReportChecks();
  private lastVersionAtMs = 0;
  private readonly probes: Promise<void>[] = [];
  private versions = 0;
  private judgedTogether = false;

  constructor(
    private readonly watch: Watch,
    private readonly fetch: JudgedFetch,
    private readonly multivariant: MultivariantPlaylist | undefined,
    listed: readonly ListedPlaylist[],
    private readonly signal: AbortSignal,
  ) {
    const variables = multivariant?.source.variables ?? new Map<string, string>();
    this.watched = listed.map((one) => {
      const media = new RenditionMedia(watch, fetch, one.name, signal);
      const removed = new RemovedMedia(watch, fetch);
      const onVersion = (version: Version): void => this.take({ listed: one, follower, media, removed }, version);
      const follower = new PlaylistFollower(watch, fetch, { url: one.url, variables, onVersion });
      return { listed: one, follower, media, removed };
    });
  }

  /** Resolves when every playlist has ended or gone, or the watch is over. `first`: the only one, already fetched. */
  async run(first?: Exchange): Promise<void> {
    await Promise.all(this.watched.map(({ follower }) => follower.run(this.signal, first)));
    await Promise.all([...this.watched.map(({ media }) => media.settled()), ...this.probes]);
    this.judgeTogether();
    this.judgeMeasured();
  }

  /** Whether any of its playlists was seen to grow. */
  get live(): boolean {
    return this.watched.some(({ follower }) => follower.latest && !follower.latest.playlist.ended);
  }

  /** Seconds; of the first playlist. */
  get targetDuration(): number | undefined {
    return this.watched[0]?.follower.latest?.playlist.targetDuration;
  }

  private take(one: Watched, version: Version): void {
    if (isMediaWatched(one.listed) && this.watch.mediaPerRendition !== 0) {
      one.media.take(version.playlist);
      this.own(one.removed.take(version.playlist));
    }
    // What was listed before an outage binds each playlist, not the others' reports about it.
    if (this.fetch.wasAwaySince(this.lastVersionAtMs)) this.reports = new ReportChecks();
    this.lastVersionAtMs = Date.now();
    for (const { check, inPlaylist } of this.reports.take(one.listed.url, version)) {
      this.watch.verdict.add(violationsOf(REPORT_RULES, check, { url: inPlaylist, atMs: version.exchange.sentAtMs }));
    }
    if (!this.judgedTogether && this.watched.every(({ follower }) => follower.latest)) {
      this.judgedTogether = true;
      this.judgeTogether();
    }
    this.probe(one, version);
  }

  /** The first playlist stands for all: one server made them. */
  private probe(one: Watched, { playlist, exchange }: Version): void {
    if (one.listed !== this.watched[0]?.listed) return;
    this.versions += 1;
    const subject = {
      url: one.listed.url,
      latest: () => one.follower.latest?.playlist ?? playlist,
      usualTransferMs: () => one.media.usualTransferMs,
    };
    const delivery = new DeliveryProbes(this.watch, this.fetch, subject);
    const offersBlocking = playlist.serverControl?.canBlockReload === true;
    if (playlist.ended) this.own(this.probeFirsts(one, exchange), delivery.ended());
    else if (this.versions === PROBE_AFTER_VERSIONS) {
      this.own(this.probeFirsts(one, exchange), ...(offersBlocking ? [delivery.live()] : []));
    }
  }

  /** Work beside the followers: awaited, and its faults thrown, at the end of the watch. */
  private own(...work: readonly Promise<void>[]): void {
    for (const one of work) one.catch(() => undefined);
    this.probes.push(...work);
  }

  private async probeFirsts({ media }: Watched, playlist: Exchange): Promise<void> {
    await media.settled();
    const { init, segment, part } = media.first;
    const ask = this.watch.ask;
    const needsRanges = this.watched.some(({ follower }) =>
      follower.latest?.playlist.segments.some(
        ({ byteRange, parts }) => byteRange ?? parts.some((one) => one.byteRange),
      ),
    );
    this.watch.verdict.add(await probeHttp(ask, playlist, 'media-playlist', { live: this.live }));
    for (const [exchange, resource] of [
      [init, 'init'],
      [segment, 'segment'],
      [part, 'part'],
    ] as const) {
      // Of a 206 there is no whole to compare with.
      if (!exchange || exchange.status !== 200 || this.signal.aborted) continue;
      this.watch.verdict.add(await probeHttp(ask, exchange, resource, { live: false, needsRanges }));
    }
  }

  private judgeTogether(): void {
    if (!this.multivariant) return;
    const members = this.watched.flatMap(({ listed, follower }) =>
      follower.latest ? [memberOf(listed, follower.latest.playlist)] : [],
    );
    const place = { url: this.multivariant.source.url, atMs: Date.now() };
    this.watch.verdict.add(judgePresentation({ multivariant: this.multivariant, members }, place));
  }

  private judgeMeasured(): void {
    if (!this.multivariant) return;
    const place = { url: this.multivariant.source.url, atMs: Date.now() };
    const mappings = this.watched.flatMap(({ media }) => media.mapping ?? []);
    this.watch.verdict.add(violationsOf(DATE_MAPPING_RULES, mappings, place));
    for (const variant of this.multivariant.variants) {
      this.watch.verdict.add(violationsOf(MEASURED_VARIANT_RULES, this.measured(variant), place));
    }
  }

  /** The variant's own playlist, and of its audio group the rendition with the largest peak. */
  private measured(variant: MeasuredVariant['variant']): MeasuredVariant {
    const own = this.watched.find(({ listed }) => listed.url === variant.url);
    const group = text(variant.tag, 'AUDIO');
    const audio = this.watched.filter(
      ({ listed }) => group !== undefined && listed.type === 'AUDIO' && listed.variants.includes(variant),
    );
    const peak = (one: Watched): number =>
      one.media.rates.peakBps(one.follower.latest?.playlist.targetDuration ?? 6) ?? 0;
    const loudest = audio.toSorted((a, b) => peak(b) - peak(a))[0];
    const both = [own, loudest].filter((one) => one !== undefined);
    const enough = both.length > 0 && both.every(({ media }) => media.rates.seconds > 0);
    return {
      variant,
      tracks: [own, ...audio].flatMap((one) => one?.media.track ?? []),
      peakBps: enough ? both.reduce((sum, one) => sum + peak(one), 0) : undefined,
      averageBps: enough ? both.reduce((sum, { media }) => sum + (media.rates.averageBps ?? 0), 0) : undefined,
      seconds: Math.min(...both.map(({ media }) => media.rates.seconds)),
      live: !own?.follower.latest?.playlist.ended,
    };
  }
}

/** Subtitles are text, and looked at as playlists only. */
const isMediaWatched = ({ type }: ListedPlaylist): boolean => type !== 'SUBTITLES';
