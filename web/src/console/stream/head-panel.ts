/** The stream's name and state, and what is done with all of it: edit, stop. */
import { el, setText, showing } from '../../shared/dom';
import { READ_ONLY_WORDS } from '../page';
import { healthOf, isOver } from '../parts/health';
import { clockTime, span } from '../parts/words';
import { addressOf } from '../router';
import { editDialog } from './edit-dialog';
import { stopDialog } from './stop-dialog';
import type { Panel, PanelContext, Seen } from './stream-page';

export function headPanel(context: PanelContext): Panel {
  const { id, canControl } = context;
  const name = el('h1', { tabindex: '-1' }, id);
  const facts = el('p', { class: 'stream-facts' });
  const health = el('p', { class: 'health', role: 'status' });
  const stop = stopDialog(context);
  const edit = editDialog(context);
  const stopButton = el('button', { type: 'button', class: 'button danger', onclick: () => stop.open() }, 'Stop …');
  const editButton = el('button', { type: 'button', class: 'button', onclick: () => edit.open() }, 'Edit …');
  const why = el('span', { id: 'why-not', class: 'hint' }, READ_ONLY_WORDS);
  why.hidden = canControl;
  const showFacts = showing<readonly string[]>(facts, (texts) => texts.map((text) => el('span', {}, text)));

  return {
    element: el(
      'div',
      { class: 'page-head stream-head' },
      el(
        'div',
        { class: 'stream-name-block' },
        el('a', { class: 'back', href: addressOf.list }, 'All streams'),
        name,
        health,
        facts,
      ),
      el('div', { class: 'refused' }, editButton, stopButton, why),
      stop.element,
      edit.element,
    ),
    show: (seen) => {
      const { info } = seen;
      const { tone, words } = healthOf(info);
      setText(name, info.title || id);
      document.title = `${info.title || id} · Lockstep`;
      setText(health, words);
      health.dataset['tone'] = tone;
      showFacts(factsOf(seen, id));
      for (const button of [editButton, stopButton]) button.disabled = !canControl || info.status === 'stopping';
      editButton.hidden = isOver(info);
      setText(stopButton, isOver(info) ? 'Forget …' : 'Stop …');
      stop.show(seen);
      edit.show(info);
    },
  };
}

function factsOf({ info, viewers }: Seen, id: string): string[] {
  const age = span(Date.now() / 1000 - info.created_at);
  const stale =
    info.stale_after === null
      ? ''
      : `heartbeat ${span(Date.now() / 1000 - info.last_update)} ago, stops after ${span(info.stale_after)}`;
  return [
    info.title ? id : '',
    info.source ?? '',
    isOver(info) ? `started ${clockTime(info.created_at)}` : `up ${age}`,
    viewers === undefined ? '' : `${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}`,
    isOver(info) ? '' : stale,
    ...Object.entries(info.labels ?? {}).map(([key, value]) => `${key}: ${value}`),
  ].filter((fact) => fact !== '');
}
