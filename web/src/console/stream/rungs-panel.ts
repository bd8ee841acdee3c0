/** How each quality's encoder fares. */
import { el, showing } from '../../shared/dom';
import type { ExplainedRung } from '../api/types';
import type { Panel } from './stream-page';

const COLUMNS = ['Quality', 'State', 'Speed', 'Queue', 'Restarts', 'Gaps', 'Published after'] as const;

interface ShownRung {
  readonly name: string;
  readonly isUp: boolean;
  readonly figures: readonly string[];
  readonly verdict: string;
}

export function rungsPanel(): Panel {
  const rows = el('tbody');
  const table = el(
    'table',
    { class: 'rung-table' },
    el('thead', {}, el('tr', {}, ...COLUMNS.map((name) => el('th', { scope: 'col' }, name)))),
    rows,
  );
  const element = el(
    'section',
    { class: 'card wide', 'aria-label': 'Qualities' },
    el('h2', {}, 'Qualities'),
    el('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': 'Table of qualities' }, table),
  );
  const show = showing<readonly ShownRung[]>(rows, (rungs) =>
    rungs.map(({ name, isUp, figures, verdict }) =>
      el(
        'tr',
        { title: verdict },
        el('th', { scope: 'row' }, name),
        el('td', {}, el('span', { class: 'health', 'data-tone': isUp ? 'good' : 'trouble' }, isUp ? 'up' : 'down')),
        ...figures.map((figure) => el('td', {}, figure)),
      ),
    ),
  );
  return {
    element,
    show: ({ info, explanation }) => {
      element.hidden = info.rungs.length === 0;
      const known = explanation?.rungs.map(explained);
      show(
        known ??
          info.rungs.map(({ name, state, restarts }) => ({
            name,
            isUp: state === 'up',
            figures: ['–', '–', String(restarts), '–', '–'],
            verdict: '',
          })),
      );
    },
  };
}

function explained({
  name,
  state,
  speed,
  queued_units: queued,
  restarts,
  gaps,
  publish_delay_median_ms: median,
  publish_delay_p95_ms: p95,
  verdict,
}: ExplainedRung): ShownRung {
  const delay =
    median === null ? '–' : `${Math.round(median)} ms${p95 === null ? '' : `, 95 %: ${Math.round(p95)} ms`}`;
  return {
    ...{ name, isUp: state === 'up', verdict },
    figures: [speed === null ? '–' : `${speed.toFixed(1)}×`, String(queued), String(restarts), String(gaps), delay],
  };
}
