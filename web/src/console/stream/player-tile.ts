/** One player on the stream page: the picture, what is said of it, and its figures. */
import { el, setText, showing } from '../../shared/dom';
import type { WallClock } from '../../shared/clock';
import type { Protocol, Rung } from '../../player/player';
import { reportOf, type PlaybackReport } from '../../player/report';
import { Session, type Status } from '../../player/session';
import { kbps } from '../parts/words';

const NAMES: Readonly<Record<Protocol, string>> = { hls: 'HLS', dash: 'DASH' };
const LIBRARIES: Readonly<Record<Protocol, string>> = { hls: 'hls.js', dash: 'dash.js' };

const WORDS: Readonly<Record<Status['state'], string>> = {
  connecting: 'Connecting …',
  playing: '',
  paused: '',
  stalled: 'Stalled',
  waiting: 'Nothing to play yet',
  ended: 'The stream has ended',
  error: 'It cannot be played',
};

export interface TileSample {
  readonly latencySeconds: number | undefined;
  readonly mediaBps: number | undefined;
}

export class PlayerTile {
  readonly element: HTMLElement;
  private readonly video = el('video', { muted: true, playsinline: true, controls: true });
  private readonly notice = el('div', { class: 'tile-notice', role: 'status' });
  private readonly quality = el('select', {});
  private readonly figures = new Map<string, HTMLElement>();
  private readonly session: Session;
  private readonly showRungs: (rungs: readonly Rung[]) => void;

  constructor(
    readonly protocol: Protocol,
    url: string,
    clock: WallClock,
  ) {
    const name = NAMES[protocol];
    this.video.muted = true;
    this.video.setAttribute('aria-label', `Live picture by ${name}`);
    this.quality.setAttribute('aria-label', `Quality of ${name}`);
    this.quality.addEventListener('change', () => this.session.select(this.quality.value));
    this.showRungs = showing<readonly Rung[]>(this.quality, (rungs) => [
      el('option', { value: 'auto' }, 'Auto'),
      ...rungs.map((rung) => el('option', { value: rung.key }, `${rung.name} · ${kbps(rung.bitrateBps / 1000)}`)),
    ]);
    this.element = el(
      'section',
      { class: 'tile', 'aria-label': `${name} player` },
      el('div', { class: 'tile-stage' }, this.video, this.notice),
      el(
        'div',
        { class: 'tile-bar' },
        el('b', { class: `series-${protocol}` }, name),
        el('span', { class: 'hint' }, LIBRARIES[protocol]),
        this.quality,
      ),
      el(
        'dl',
        { class: 'figures' },
        ...['Latency', 'Buffer', 'Stalls', 'Dropped', 'Loaded'].map((label) => this.figure(label)),
      ),
    );
    const changed = (): void => queueMicrotask(() => this.refresh());
    this.session = new Session({ url, protocol, video: this.video, clock, changed });
    this.refresh();
  }

  /** Once a second. */
  tick(): TileSample {
    const report = reportOf(this.session, this.video);
    const mediaBps = this.session.player?.mediaBps();
    this.set('Latency', report.latencySeconds === null ? '–' : `${report.latencySeconds.toFixed(1)} s`);
    this.set('Loaded', loaded(report, mediaBps));
    this.set('Buffer', `${report.bufferSeconds.toFixed(1)} s`);
    this.set('Stalls', String(report.stalls));
    this.set('Dropped', String(report.droppedFrames));
    this.refresh();
    return { latencySeconds: report.playing ? (report.latencySeconds ?? undefined) : undefined, mediaBps };
  }

  stop(): void {
    this.session.stop();
    this.element.remove();
  }

  private refresh(): void {
    const { status } = this.session;
    const words = WORDS[status.state];
    this.notice.hidden = words === '';
    const detail = 'detail' in status && status.detail !== '' ? `${words}: ${status.detail}` : words;
    setText(this.notice, detail);
    this.element.dataset['state'] = status.state;
    const rungs = this.session.player?.rungs() ?? [];
    if (rungs.length > 0) this.showRungs(rungs);
    this.quality.hidden = this.quality.options.length < 3;
  }

  private figure(label: string): HTMLElement {
    const value = el('dd', {}, '–');
    this.figures.set(label, value);
    return el('div', {}, el('dt', {}, label), value);
  }

  private set(label: string, value: string): void {
    const figure = this.figures.get(label);
    if (figure) setText(figure, value);
  }
}

const loaded = ({ rendition }: PlaybackReport, bps: number | undefined): string =>
  [rendition ?? '', bps === undefined ? '' : kbps(bps / 1000)].filter((part) => part !== '').join(' · ') || '–';
