/** Follows the MPD of a stream: its frame never changes, and the segments it means are those of HLS. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseMpd, type Mpd, type Representation } from '../../load/dash/mpd.js';
import { segmentAtTime } from '../../load/dash/segments.js';
import type { ImmutableCache } from '../invariants/immutable-cache.js';
import type { Violations } from '../invariants/violations.js';
import { get } from './get.js';

const EVERY_MS = 1000;
const LIMIT_MS = 5_000;
/** Seconds behind the live edge at which every segment is complete. */
const BEHIND_SECONDS = 6;

export class MpdWatch {
  private frame: string | undefined;

  /** `isListed` tells whether HLS lists a path as something that can be fetched. */
  constructor(
    private readonly url: URL,
    private readonly cache: ImmutableCache,
    private readonly violations: Violations,
    private readonly isListed: (path: string) => boolean,
  ) {}

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const answer = await get(this.url, LIMIT_MS, signal);
      if (answer.kind === 'whole' && answer.status === 200) {
        const mpd = parseMpd(answer.body.toString(), this.url);
        this.checkFrame(mpd);
        await this.fetchNewest(mpd, signal);
      }
      await pause(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private checkFrame(mpd: Mpd): void {
    const periods = mpd.periods.map(({ id, start, sets }) => {
      const representations = sets.flatMap((set) => set.representations.map((representation) => representation.id));
      return `period ${id} from ${start} of ${representations.join(', ')}`;
    });
    const frame = `availabilityStartTime ${mpd.availabilityStartTime}, ${periods.join('; ')}`;
    if (this.frame !== undefined && frame !== this.frame)
      this.violations.add('promise-changed', this.url.pathname, `${frame}; it was ${this.frame}`);
    this.frame ??= frame;
  }

  private async fetchNewest(mpd: Mpd, signal: AbortSignal): Promise<void> {
    const period = mpd.periods.at(-1)!;
    const time = Date.now() / 1000 - mpd.availabilityStartTime - BEHIND_SECONDS;
    const urlOf = (representation: Representation): URL | undefined => segmentAtTime(period, representation, time)?.url;
    const urls = period.sets.flatMap(({ representations }) => representations.flatMap((one) => urlOf(one) ?? []));
    for (const url of urls) {
      const answer = await get(url, LIMIT_MS, signal);
      if (answer.kind !== 'whole') continue;
      if (answer.status === 200) this.cache.add(url.pathname, answer.body);
      else if (answer.status === 404 && this.isListed(url.pathname))
        this.violations.add('absent', url.pathname, 'of the MPD and listed in HLS, and answered 404');
    }
  }
}
