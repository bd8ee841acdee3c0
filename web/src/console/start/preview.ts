/** What a stream would be made into, and whether this machine has room for it: asked while the form is filled in. */
import { el } from '../../shared/dom';
import type { Api } from '../api/api';
import { ApiProblem, isRecord } from '../api/api-problem';
import type { DryRun, PlannedQuality } from '../api/types';
import { kbps, listed } from '../parts/words';

const TYPED_MS = 400;

export class Preview {
  readonly element = el('section', {
    class: 'card preview',
    'aria-label': 'What will be made',
    'aria-live': 'polite',
    hidden: true,
  });
  private timer: number | undefined;
  private asking = new AbortController();
  private isAnswered = true;

  constructor(
    private readonly api: Api,
    private readonly signal: AbortSignal,
    /** Takes the qualities that would fit. */
    private readonly suggest: (qualities: readonly string[]) => void,
  ) {
    signal.addEventListener('abort', () => clearTimeout(this.timer), { once: true });
  }

  /** Undefined: not enough is filled in to ask. */
  of(body: Readonly<Record<string, unknown>> | undefined): void {
    clearTimeout(this.timer);
    this.asking.abort();
    if (!this.isAnswered) return;
    this.timer = window.setTimeout(() => void this.ask(body), TYPED_MS);
  }

  private async ask(body: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    if (body === undefined) return this.hide();
    this.asking = new AbortController();
    const until = AbortSignal.any([this.signal, this.asking.signal]);
    try {
      const answer = await this.api.send<unknown>('POST', '/streams?dry_run=true', body, until);
      if (until.aborted) return;
      if (isDryRun(answer)) this.show(answer);
    } catch (error) {
      if (until.aborted) return;
      this.hide();
      // Fields are complained of when the form is sent; a server that cannot tell is not asked again.
      if (error instanceof ApiProblem && [404, 405].includes(error.status)) this.isAnswered = false;
    }
  }

  private hide(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  private show(dryRun: DryRun): void {
    this.element.hidden = false;
    this.element.replaceChildren(
      el('h2', {}, 'What will be made'),
      el(
        'table',
        {},
        el(
          'thead',
          {},
          el('tr', {}, ...['Quality', 'Size', 'Bit rate'].map((name) => el('th', { scope: 'col' }, name))),
        ),
        el('tbody', {}, ...dryRun.qualities.map(qualityRow)),
      ),
      el('p', { class: 'hint' }, hint(dryRun)),
      room(dryRun),
      verdict(dryRun, this.suggest),
    );
  }
}

function qualityRow({ name, width, height, video_kbps: video, audio_kbps: audio }: PlannedQuality): HTMLElement {
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, name),
    el('td', {}, height === null ? 'sound' : `${width}×${height}`),
    el('td', {}, kbps((video ?? 0) + audio)),
  );
}

function hint({ left_out: leftOut }: DryRun): string {
  const sizes = 'Sizes are those of a 16:9 source; nothing is made larger than the source is.';
  return leftOut.length === 0 ? sizes : `${sizes} Left out, for they are taller than it: ${listed(leftOut)}.`;
}

function room({ needs, free }: DryRun): HTMLElement {
  const words = `Needs ${needs.toFixed(2)} processor cores of ${Math.max(0, free).toFixed(2)} that are free.`;
  const meter = el('meter', {
    min: 0,
    max: Math.max(free, needs, 0.01),
    value: needs,
    'aria-label': 'Processor cores',
  });
  return el('div', { class: 'room' }, meter, el('p', {}, words));
}

function verdict({ fits, suggestion }: DryRun, suggest: (qualities: readonly string[]) => void): HTMLElement {
  if (fits) return el('p', { class: 'health', 'data-tone': 'good' }, 'There is room for it.');
  const words = el('p', { class: 'health', 'data-tone': 'caution' }, 'This machine has no room for it.');
  if (suggestion === null) return words;
  const button = el('button', { type: 'button', class: 'button small' }, `Use ${listed(suggestion)}`);
  button.addEventListener('click', () => suggest(suggestion));
  return el('div', { class: 'row' }, words, button);
}

const isDryRun = (value: unknown): value is DryRun =>
  isRecord(value) && typeof value['fits'] === 'boolean' && Array.isArray(value['qualities']);
