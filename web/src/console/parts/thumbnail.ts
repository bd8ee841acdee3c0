/** A stream's small picture, drawn anew while somebody can see it. */
import { el, setText } from '../../shared/dom';
import { streamPath, type Api } from '../api/api';
import { pause } from '../api/follow-events';

const EVERY_MS = 5_000;

export class Thumbnail {
  readonly element: HTMLElement;
  private readonly canvas = el('canvas', { width: '320', height: '180', 'aria-hidden': 'true' });
  private readonly note = el('span', { class: 'thumbnail-note' });
  private isInSight = false;
  private hasBegun = false;
  private cameInSight = (): void => undefined;

  constructor(
    private readonly api: Api,
    private readonly streamId: string,
    private readonly signal: AbortSignal,
  ) {
    this.element = el('div', { class: 'thumbnail' }, this.canvas, this.note);
  }

  /** Why there is none (yet). */
  say(words: string): void {
    setText(this.note, words);
  }

  /** There is a picture from now on. */
  begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    const watcher = new IntersectionObserver((entries) => {
      this.isInSight = entries.at(-1)?.isIntersecting ?? false;
      if (this.isInSight) this.cameInSight();
    });
    watcher.observe(this.element);
    this.signal.addEventListener('abort', () => watcher.disconnect(), { once: true });
    void this.keepDrawing();
  }

  private async keepDrawing(): Promise<void> {
    while (!this.signal.aborted) {
      if (this.isInSight && !document.hidden) {
        await this.draw();
        await pause(EVERY_MS, this.signal);
      } else {
        await this.untilInSight();
      }
    }
  }

  private untilInSight(): Promise<void> {
    return new Promise((resolve) => {
      this.cameInSight = resolve;
      for (const [target, name] of [
        [document, 'visibilitychange'],
        [this.signal, 'abort'],
      ] as const) {
        target.addEventListener(name, () => resolve(), { once: true });
      }
    });
  }

  /** It is fetched with our token, so it is drawn by hand: an <img> would ask without one. */
  private async draw(): Promise<void> {
    try {
      const response = await this.api.ask('GET', streamPath(this.streamId, '/thumbnail'), { signal: this.signal });
      const picture = await createImageBitmap(await response.blob());
      [this.canvas.width, this.canvas.height] = [picture.width, picture.height];
      this.canvas.getContext('2d')?.drawImage(picture, 0, 0);
      this.element.classList.add('drawn');
      picture.close();
    } catch {
      // The picture before stays; asked again in a moment.
    }
  }
}
