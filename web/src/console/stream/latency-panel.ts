/** Where the time goes between a picture and its viewers, leg by leg. */
import { el, setText, showing } from '../../shared/dom';
import type { Explanation } from '../api/types';
import type { Panel } from './stream-page';

type Legs = Explanation['latency'];

export function latencyPanel(): Panel {
  const total = el('p', { class: 'leg-total' });
  const list = el('div', { class: 'legs' });
  const element = el(
    'section',
    { class: 'card', 'aria-label': 'Latency by legs' },
    el('h2', {}, 'Where the time goes'),
    total,
    list,
  );
  const show = showing<Legs>(list, ({ legs, slowest }) => {
    const longest = Math.max(1, ...legs.map(({ ms }) => ms ?? 0));
    return legs.map(({ name, ms, words }) =>
      el(
        'div',
        { class: 'leg', 'data-slowest': name === slowest },
        el('span', { class: 'leg-name' }, name),
        el('progress', {
          max: longest,
          value: ms ?? 0,
          'aria-label': name,
          'aria-valuetext': ms === null ? 'not known' : `${Math.round(ms)} ms`,
        }),
        el('span', { class: 'leg-figure' }, ms === null ? '–' : `${Math.round(ms)} ms`),
        el('span', { class: 'hint' }, words),
      ),
    );
  });
  return {
    element,
    show: ({ explanation }) => {
      element.hidden = explanation === undefined || explanation.latency.legs.length === 0;
      if (!explanation) return;
      const { total_ms: ms } = explanation.latency;
      setText(total, ms === null ? '' : `${(ms / 1000).toFixed(1)} s, of what can be known here`);
      show(explanation.latency);
    },
  };
}
