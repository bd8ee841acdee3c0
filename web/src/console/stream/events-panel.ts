/** What happened, newest first, as it happens. */
import { el } from '../../shared/dom';
import type { StreamEvent } from '../api/types';
import { clockTime } from '../parts/words';
import { eventWords } from './event-words';
import type { Panel, PanelContext } from './stream-page';

const KEPT = 100;

export interface EventsPanel extends Panel {
  readonly tell: (event: StreamEvent) => void;
}

export function eventsPanel({ announce }: PanelContext): EventsPanel {
  const list = el('ol', { class: 'event-log' });
  const element = el(
    'section',
    { class: 'card', 'aria-label': 'Events', hidden: true },
    el('h2', {}, 'Events'),
    el('div', { class: 'scroller tall', tabindex: '0', role: 'region', 'aria-label': 'List of events' }, list),
  );
  const openedAt = Date.now();
  return {
    element,
    tell: (event) => {
      element.hidden = false;
      const { tone, words } = eventWords(event);
      const seconds = Date.parse(event.timestamp) / 1000;
      list.prepend(
        el(
          'li',
          {},
          el('time', { datetime: event.timestamp }, clockTime(seconds)),
          el('span', { class: 'health', 'data-tone': tone }, words),
        ),
      );
      while (list.children.length > KEPT) list.lastElementChild?.remove();
      // What was before the page was opened is to be read, not said.
      if (seconds * 1000 >= openedAt) announce(words);
    },
  };
}
