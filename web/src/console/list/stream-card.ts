/** A stream in the list: its picture, its name, how it fares. All of it is one link. */
import { el, showing } from '../../shared/dom';
import type { StreamInfo } from '../api/types';
import type { PageContext } from '../page';
import { healthOf, isOver, isPlaying } from '../parts/health';
import { Thumbnail } from '../parts/thumbnail';
import { span } from '../parts/words';
import { addressOf } from '../router';

interface CardWords {
  readonly name: string;
  readonly id: string;
  readonly tone: string;
  readonly words: string;
  readonly facts: readonly string[];
  readonly labels: readonly string[];
}

export class StreamCard {
  readonly element: HTMLElement;
  private readonly picture: Thumbnail;
  private readonly gone = new AbortController();
  private readonly showWords: (words: CardWords) => void;

  constructor(id: string, { api, signal }: PageContext) {
    const words = el('div', { class: 'card-words' });
    this.picture = new Thumbnail(api, id, AbortSignal.any([signal, this.gone.signal]));
    const link = el('a', { class: 'stream-card card', href: addressOf.stream(id) }, this.picture.element, words);
    this.element = el('li', {}, link);
    this.showWords = showing<CardWords>(words, ({ name, id: shownId, tone, words: health, facts, labels }) => [
      el('span', { class: 'card-name' }, name, name !== shownId && el('span', { class: 'card-id' }, shownId)),
      el('span', { class: 'health', 'data-tone': tone }, health),
      el('span', { class: 'card-facts' }, facts.join(' · ')),
      labels.length > 0 &&
        el('span', { class: 'chips' }, ...labels.map((label) => el('span', { class: 'chip' }, label))),
    ]);
  }

  show(stream: StreamInfo, viewers: number | undefined): void {
    const { tone, words } = healthOf(stream);
    this.element.classList.toggle('over', isOver(stream));
    this.picture.say(isSoundAlone(stream) ? 'Sound alone' : 'No picture yet');
    if (hasPicture(stream)) this.picture.begin();
    this.showWords({
      ...{ name: stream.title || stream.stream_id, id: stream.stream_id, tone, words },
      facts: factsOf(stream, viewers),
      labels: Object.entries(stream.labels ?? {}).map(([key, value]) => `${key}: ${value}`),
    });
  }

  remove(): void {
    this.gone.abort();
    this.element.remove();
  }
}

const isSoundAlone = ({ qualities }: StreamInfo): boolean => qualities[0] === 'audio';

/** Asking for one that is not there is an error in the browser's eyes. */
const hasPicture = (stream: StreamInfo): boolean =>
  !isSoundAlone(stream) && (isPlaying(stream) || (isOver(stream) && stream.source !== null));

function factsOf(stream: StreamInfo, viewers: number | undefined): string[] {
  const qualities = stream.qualities.length > 1 ? `${stream.qualities.length} qualities` : (stream.qualities[0] ?? '');
  const age = span(Date.now() / 1000 - stream.created_at);
  const watched = viewers === undefined ? '' : `${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}`;
  return [qualities, isOver(stream) ? '' : `up ${age}`, watched].filter((fact) => fact !== '');
}
