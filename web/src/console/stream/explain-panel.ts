/** What happens, why, and what to do: the server's own explanation. */
import { el, showing } from '../../shared/dom';
import type { Explanation } from '../api/types';
import type { Panel } from './stream-page';

type Told = Pick<Explanation, 'summary' | 'advice' | 'ffmpeg'>;

export function explainPanel(): Panel {
  const words = el('div', { class: 'explain-words' });
  const element = el(
    'section',
    { class: 'card explain', 'aria-label': 'Explanation', hidden: true },
    el('h2', {}, 'What happens'),
    words,
  );
  const show = showing<Told>(words, ({ summary, advice, ffmpeg }) => [
    ...summary.map((sentence) => el('p', {}, sentence)),
    ...(advice.length === 0
      ? []
      : [el('h3', {}, 'What to do'), el('ul', { class: 'advice' }, ...advice.map((line) => el('li', {}, line)))]),
    ...(ffmpeg.length === 0 ? [] : [complaints(ffmpeg)]),
  ]);
  return {
    element,
    show: ({ explanation }) => {
      element.hidden = explanation === undefined;
      if (explanation) show({ summary: explanation.summary, advice: explanation.advice, ffmpeg: explanation.ffmpeg });
    },
  };
}

const complaints = (ffmpeg: Explanation['ffmpeg']): HTMLElement =>
  el(
    'details',
    {},
    el('summary', {}, 'What ffmpeg said'),
    ...ffmpeg.map(({ about, said, meaning, remedy }) =>
      el(
        'div',
        { class: 'complaint' },
        el('p', {}, `${about}: `, el('code', {}, said)),
        meaning !== null && el('p', { class: 'hint' }, [meaning, remedy ?? ''].join(' ').trim()),
      ),
    ),
  );
