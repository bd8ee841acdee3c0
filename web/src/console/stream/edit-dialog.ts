/** Changes what can be changed while a stream runs. */
import { el } from '../../shared/dom';
import { streamPath } from '../api/api';
import { ApiProblem } from '../api/api-problem';
import type { StreamInfo } from '../api/types';
import { field, showFieldErrors, type Field } from '../parts/field';
import { problemNote } from '../parts/problem-note';
import { SourceList } from '../parts/source-list';
import { changesOf, type Edited } from './changes';
import type { Dialog } from './stop-dialog';
import type { PanelContext } from './stream-page';

export function editDialog(context: PanelContext): Dialog<StreamInfo> {
  const { id, announce, lookAgain } = context;
  let known: StreamInfo | undefined;
  const title = field('edit-title', 'Title', el('input', { type: 'text', maxlength: 120, autocomplete: 'off' }));
  const slate = field(
    'edit-slate',
    'Words on the slate',
    el('input', { type: 'text', maxlength: 120, placeholder: 'as they are' }),
  );
  const labels = field('edit-labels', 'Labels', el('textarea', { rows: 2 }), 'One a line, as name: value.');
  const sources = new SourceList(() => undefined, false);
  const now = el('ol', { class: 'sources-now' });
  const trouble = el('div');
  const save = el('button', { type: 'submit', class: 'button main' }, 'Save');
  const fields = (): Record<string, Field> => ({ title, slate_text: slate, labels, ...sources.byName });
  const edited = (): Edited => ({
    title: title.input.value,
    slateText: slate.input.value,
    labels: labels.input.value,
    sources: sources.values,
  });

  const send = async (): Promise<void> => {
    trouble.replaceChildren();
    const changes = known ? changesOf(known, edited()) : {};
    if (Object.keys(changes).length === 0) return dialog.close();
    save.disabled = true;
    try {
      await context.api.send('PATCH', streamPath(id), changes);
      announce('Saved');
      dialog.close();
      lookAgain();
    } catch (error) {
      const rest = error instanceof ApiProblem ? showFieldErrors(fields(), error.errors) : [];
      if (!(error instanceof ApiProblem) || error.errors.length === 0 || rest.length > 0)
        trouble.replaceChildren(problemNote(error));
    } finally {
      save.disabled = false;
    }
  };
  const dialog = el(
    'dialog',
    { 'aria-labelledby': 'edit-title-line', class: 'edit' },
    el(
      'form',
      { novalidate: true, onsubmit: (event) => (event.preventDefault(), void send()) },
      el('h2', { id: 'edit-title-line' }, `Edit ${id}`),
      title.element,
      slate.element,
      labels.element,
      el(
        'details',
        {},
        el('summary', {}, 'Replace the sources'),
        el(
          'p',
          { class: 'hint' },
          'Addresses may hold secrets, so they are not shown again: what is written here takes the place of all of them. The one on air goes on without a break if it is in the new list too. Now:',
        ),
        now,
        sources.element,
      ),
      trouble,
      el(
        'div',
        { class: 'row dialog-buttons' },
        el('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'),
        save,
      ),
    ),
  );
  return {
    element: dialog,
    open: () => {
      if (!known) return;
      title.input.value = known.title ?? '';
      slate.input.value = '';
      labels.input.value = Object.entries(known.labels ?? {})
        .map(([key, value]) => `${key}: ${value}`)
        .join('\n');
      now.replaceChildren(...known.sources.map(({ url }) => el('li', {}, el('code', {}, url))));
      sources.clear();
      trouble.replaceChildren();
      showFieldErrors(fields(), []);
      dialog.showModal();
    },
    show: (info) => {
      known = info;
    },
  };
}
