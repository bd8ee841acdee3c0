/** One card a stream, kept for as long as the stream is listed: its picture stays while its words change. */
import { el } from '../../shared/dom';
import type { StreamInfo } from '../api/types';
import type { PageContext } from '../page';
import { StreamCard } from './stream-card';

export class CardGrid {
  readonly element = el('ul', { class: 'cards' });
  private readonly cards = new Map<string, StreamCard>();

  constructor(private readonly context: PageContext) {}

  show(streams: readonly StreamInfo[], viewers: ReadonlyMap<string, number> | undefined): void {
    const wanted = new Set(streams.map(({ stream_id: id }) => id));
    for (const [id, card] of this.cards) if (!wanted.has(id)) this.remove(id, card);
    streams.forEach((stream, index) => {
      const card = this.card(stream.stream_id);
      card.show(stream, viewers?.get(stream.stream_id));
      if (this.element.children[index] !== card.element) {
        this.element.insertBefore(card.element, this.element.children[index] ?? null);
      }
    });
  }

  private card(id: string): StreamCard {
    const card = this.cards.get(id) ?? new StreamCard(id, this.context);
    this.cards.set(id, card);
    return card;
  }

  private remove(id: string, card: StreamCard): void {
    card.remove();
    this.cards.delete(id);
  }
}
