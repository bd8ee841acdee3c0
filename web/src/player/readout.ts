/** Puts the numbers and the words on the page. */
import { byId, make } from '../shared/dom';
import type { Rung } from './player';
import type { PlaybackReport } from './report';
import type { Session, Status } from './session';
import { Sparkline } from './sparkline';

const EVENTS_SHOWN = 6;
/** Farther than this behind, the way back to the live edge is offered. */
const BEHIND_SECONDS = 8;

const WORDS: Record<Status['state'], string> = {
  connecting: 'Connecting',
  playing: 'Playing',
  paused: 'Paused',
  stalled: 'Stalled',
  waiting: 'Waiting for the stream',
  ended: 'The stream has ended',
  error: 'Something went wrong',
};

export class Readout {
  private readonly sparkline = new Sparkline(byId('sparkline', HTMLCanvasElement));
  private readonly rungList = byId('rungs', HTMLDivElement);
  private shownRungs = '';
  private shownErrors = -1;

  constructor(private readonly choose: (key: string) => void) {
    this.clear();
  }

  /** Back to nothing known, for another protocol or a player started anew. */
  clear(): void {
    this.sparkline.clear();
    this.shownRungs = '';
    this.shownErrors = -1;
  }

  /** Twice a second: what moves. */
  tick(session: Session, report: PlaybackReport): void {
    this.sparkline.push(report.playing ? (report.latencySeconds ?? undefined) : undefined);
    byId('figure', HTMLElement).classList.toggle('unknown', report.latencySeconds === null);
    text('latency', report.latencySeconds === null ? '–' : report.latencySeconds.toFixed(1));
    text('buffer', `${report.bufferSeconds.toFixed(1)} s`);
    text('dropped', String(report.droppedFrames));
    text('stalls', String(report.stalls));
    text('rate', `${report.playbackRate.toFixed(2)}×`);
    text('picture', report.height > 0 ? `${report.width}×${report.height}` : '–');
    text('failures', String(report.fatalErrors));
    byId('live', HTMLButtonElement).hidden = (report.latencySeconds ?? 0) < BEHIND_SECONDS;
    this.refresh(session);
  }

  /** At once: what is said. */
  refresh(session: Session): void {
    this.showStatus(session.status);
    this.showRungs(session, session.player?.rungs() ?? [], session.player?.current());
    this.showErrors(session);
  }

  private showStatus(status: Status): void {
    document.body.dataset['state'] = status.state;
    text('state', WORDS[status.state]);
    const silent = status.state === 'playing' || status.state === 'paused';
    byId('notice', HTMLDivElement).hidden = silent;
    text('notice-title', `${WORDS[status.state]}${status.state === 'connecting' ? ' …' : ''}`);
    text('notice-detail', 'detail' in status ? status.detail : '');
    text('notice-retry', 'retryAt' in status ? retryWords(status.retryAt) : '');
  }

  private showRungs(session: Session, rungs: readonly Rung[], current: Rung | undefined): void {
    const signature = JSON.stringify(rungs);
    if (signature !== this.shownRungs) {
      this.shownRungs = signature;
      this.rungList.replaceChildren(
        this.rungRow(session, 'auto', 'Auto', 'as the network allows'),
        ...rungs.map((rung) => this.rungRow(session, rung.key, rung.name, rungFacts(rung))),
      );
    }
    for (const row of this.rungList.children) {
      const playing = row instanceof HTMLElement && row.dataset['key'] === current?.key;
      row.classList.toggle('current', playing);
    }
    text('rung', current ? `${current.name} · ${bitRate(current.bitrateBps)}` : '–');
  }

  private rungRow(session: Session, key: string, name: string, facts: string): HTMLLabelElement {
    const row = make('label', 'rung');
    const radio = make('input');
    radio.type = 'radio';
    radio.name = 'rung';
    radio.checked = session.choice === key;
    radio.addEventListener('change', () => this.choose(key));
    row.dataset['key'] = key;
    row.append(radio, make('span', 'rung-name', name), make('span', 'rung-facts', facts));
    return row;
  }

  private showErrors({ errors }: Session): void {
    const last = errors.at(-1)?.at.getTime() ?? 0;
    if (last === this.shownErrors) return;
    this.shownErrors = last;
    const newest = errors.slice(-EVENTS_SHOWN).reverse();
    byId('events', HTMLElement).hidden = newest.length === 0;
    byId('event-list', HTMLUListElement).replaceChildren(
      ...newest.map(({ at, detail, fatal }) => {
        const item = make('li', fatal ? 'fatal' : '');
        item.append(make('time', '', at.toLocaleTimeString([], { hour12: false })), make('span', '', detail));
        return item;
      }),
    );
  }
}

function rungFacts({ width, height, bitrateBps }: Rung): string {
  const size = height > 0 ? `${width}×${height}` : '';
  return [size, bitrateBps > 0 ? bitRate(bitrateBps) : ''].filter(Boolean).join(' · ');
}

const bitRate = (bps: number): string =>
  bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`;

function retryWords(retryAt: number): string {
  const seconds = Math.ceil((retryAt - performance.now()) / 1000);
  return seconds > 0 ? `Trying again in ${seconds} s` : 'Trying again …';
}

/** Writes only what changed: screen readers and selections stay undisturbed. */
function text(id: string, value: string): void {
  const element = byId(id, HTMLElement);
  if (element.textContent !== value) element.textContent = value;
}
