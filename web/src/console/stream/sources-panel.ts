/** The sources: how each stands, and cutting to one by hand. */
import { el, showing } from '../../shared/dom';
import { streamPath } from '../api/api';
import type { SourceInfo } from '../api/types';
import { isOver, type Tone } from '../parts/health';
import { problemNote } from '../parts/problem-note';
import type { Panel, PanelContext, Seen } from './stream-page';

const STATES: Readonly<Record<SourceInfo['state'], { readonly tone: Tone; readonly words: string }>> = {
  closed: { tone: 'idle', words: 'stands by' },
  connecting: { tone: 'idle', words: 'connecting' },
  up: { tone: 'good', words: 'delivers' },
  lost: { tone: 'trouble', words: 'lost' },
};

interface ShownSource {
  readonly index: number;
  readonly url: string;
  readonly state: SourceInfo['state'];
  readonly losses: number;
  readonly description: string | null;
  readonly verdict: string;
  readonly isOnAir: boolean;
}

interface Shown {
  readonly sources: readonly ShownSource[];
  readonly pinned: boolean;
  readonly canCut: boolean;
}

export function sourcesPanel(context: PanelContext): Panel {
  const { api, id, canControl, announce, lookAgain } = context;
  const list = el('div', { class: 'source-cards' });
  const trouble = el('div');
  const cut = async (index: number | null): Promise<void> => {
    try {
      await api.send('POST', streamPath(id, '/source'), { index });
      trouble.replaceChildren();
      announce(
        index === null ? 'The order of the list counts again' : `Cutting to source ${index} as soon as it delivers`,
      );
      lookAgain();
    } catch (error) {
      trouble.replaceChildren(problemNote(error));
    }
  };
  const show = showing<Shown>(list, ({ sources, pinned, canCut }) => [
    ...sources.map((source) => row(source, canCut && !(pinned && source.isOnAir), cut)),
    pinned &&
      el(
        'button',
        {
          type: 'button',
          class: 'button small',
          'data-key': 'auto',
          disabled: !canControl,
          onclick: () => void cut(null),
        },
        'Back to the order of the list',
      ),
  ]);
  return {
    element: el('section', { class: 'card', 'aria-label': 'Sources' }, el('h2', {}, 'Sources'), list, trouble),
    show: (seen) =>
      show({
        sources: sourcesOf(seen),
        pinned: seen.info.programme.pinned,
        canCut: canControl && seen.info.sources.length > 1 && !isOver(seen.info),
      }),
  };
}

function sourcesOf({ info, explanation }: Seen): ShownSource[] {
  return info.sources.map(({ url, state, losses, last_problem: problem }, index) => {
    const explained = explanation?.sources.find((source) => source.index === index);
    return {
      ...{ index, url, state, losses, isOnAir: info.programme.source_index === index && info.source_connected },
      description: explained?.description ?? null,
      verdict: explained?.verdict ?? problem?.detail ?? '',
    };
  });
}

function row(source: ShownSource, canCut: boolean, cut: (index: number) => Promise<void>): HTMLElement {
  const { index, url, state, losses, description, verdict, isOnAir } = source;
  const { tone, words } = STATES[state];
  const lost = losses > 0 ? `, lost ${losses === 1 ? 'once' : `${losses} times`}` : '';
  return el(
    'div',
    { class: 'source-card' },
    el(
      'p',
      { class: 'source-name' },
      el('span', { class: 'hint' }, `source ${index}`),
      el('code', {}, url),
      isOnAir && el('span', { class: 'chip on-air' }, 'on air'),
    ),
    el('p', { class: 'health', 'data-tone': tone }, `${words}${lost}`),
    description !== null && el('p', { class: 'hint' }, description),
    verdict !== '' && state !== 'up' && el('p', { class: 'hint' }, verdict),
    canCut &&
      !isOnAir &&
      el(
        'button',
        {
          type: 'button',
          class: 'button small',
          'data-key': `cut-${index}`,
          'aria-label': `Cut to source ${index}`,
          onclick: () => void cut(index),
        },
        'Cut to it',
      ),
  );
}
