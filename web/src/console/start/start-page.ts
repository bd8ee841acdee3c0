/** Starts a stream: its name, its sources, its qualities; the rest has defaults. */
import { el } from '../../shared/dom';
import { ApiProblem, isRecord } from '../api/api-problem';
import type { Ladder, StreamInfo } from '../api/types';
import { READ_ONLY_WORDS, type PageContext } from '../page';
import { field, showFieldErrors, type Field } from '../parts/field';
import { problemNote } from '../parts/problem-note';
import { SourceList } from '../parts/source-list';
import { addressOf } from '../router';
import { LadderChoice } from './ladder-choice';
import { MoreFields } from './more-fields';
import { Preview } from './preview';
import { idFrom, startBody, STREAM_ID, type StartForm } from './start-form';

const ID_RULE =
  'Letters, digits, - and _, up to 64; it begins with a letter or a digit. It is part of every playback address, and public.';

export function showStart(root: HTMLElement, { api, signal, canControl }: PageContext): void {
  document.title = 'Start a stream · Lockstep';
  const changed = (): void => preview.of(isEnough(told()) ? startBody(told()) : undefined);
  const title = field(
    'title',
    'Title',
    el('input', { type: 'text', maxlength: 120, autocomplete: 'off', placeholder: 'Main stage, left camera' }),
    'For people; it may be left out.',
  );
  const id = field(
    'stream_id',
    'Stream id',
    el('input', {
      type: 'text',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      'aria-required': 'true',
    }),
    ID_RULE,
  );
  const sources = new SourceList(changed, true);
  const ladder = new LadderChoice(changed);
  const more = new MoreFields(changed);
  const preview = new Preview(api, signal, (names) => ladder.choose(names));
  const trouble = el('div');
  const submit = el('button', { type: 'submit', class: 'button main', disabled: !canControl }, 'Start');
  const told = (): StartForm => ({
    ...{ id: id.input.value, title: title.input.value, sources: sources.values, qualities: ladder.chosen },
    ...more.told,
  });
  const fields = (): Record<string, Field> => ({
    ...{ stream_id: id, title, ...sources.byName, ...more.fields },
    ...(ladder.field && { qualities: ladder.field }),
  });
  bindId(id, title, changed);

  const start = async (): Promise<void> => {
    trouble.replaceChildren();
    submit.disabled = true;
    try {
      const { stream_id: started } = await api.send<StreamInfo>('POST', '/streams', startBody(told()), signal);
      location.hash = addressOf.stream(started);
    } catch (error) {
      if (!signal.aborted) refuse(error, fields(), more, trouble);
    } finally {
      submit.disabled = !canControl;
    }
  };
  const form = el(
    'form',
    { class: 'start-form', novalidate: true, onsubmit: (event) => (event.preventDefault(), void start()) },
    el('div', { class: 'card fields' }, title.element, id.element, sources.element, ladder.element),
    el(
      'div',
      { class: 'start-side' },
      preview.element,
      more.element,
      trouble,
      el('div', { class: 'row' }, submit, el('a', { class: 'button', href: addressOf.list }, 'Cancel')),
      canControl ? '' : el('p', { class: 'hint' }, READ_ONLY_WORDS),
    ),
  );
  root.append(el('div', { class: 'page-head' }, el('h1', { tabindex: '-1' }, 'Start a stream')), form);
  api
    .find<Ladder>('/ladder', signal)
    .then((known) => known && ladder.show(known))
    .catch(() => undefined);
}

/** The id follows the title until somebody writes one. */
function bindId(id: Field, title: Field, changed: () => void): void {
  let isOwn = false;
  const check = (): void => {
    const { value } = id.input;
    const isWrong = value !== '' && !STREAM_ID.test(value);
    id.complain(isWrong ? 'This has other letters than those, or begins with another one.' : undefined);
  };
  title.input.addEventListener('input', () => {
    if (!isOwn) id.input.value = idFrom(title.input.value);
    check();
    changed();
  });
  id.input.addEventListener('input', () => {
    isOwn = id.input.value !== '';
    check();
    changed();
  });
}

/** A preview does not need a name: one that is missing is made up. */
const isEnough = ({ id, sources }: StartForm): boolean =>
  STREAM_ID.test(id) && sources.some((source) => /^[a-z][a-z0-9+.-]*:/i.test(source.trim()));

/** What belongs to a field is said there; the rest below the form. */
function refuse(error: unknown, fields: Record<string, Field>, more: MoreFields, trouble: HTMLElement): void {
  const told = error instanceof ApiProblem ? [...error.errors] : [];
  if (error instanceof ApiProblem && error.code === 'stream-exists') {
    told.push({ field: 'stream_id', message: 'A stream of this name runs already, and it is another one.' });
  }
  if (told.some(({ field: name }) => name in more.fields)) more.open();
  const rest = showFieldErrors(fields, told);
  if (told.length > 0 && rest.length === 0) return;
  const qualities = error instanceof ApiProblem && isRecord(error.members) ? error.members['suggestion'] : undefined;
  trouble.replaceChildren(
    problemNote(error),
    ...rest.map(({ field: name, message }) => el('p', { class: 'field-error' }, `${name}: ${message}`)),
    ...(Array.isArray(qualities) && qualities.length > 0
      ? [el('p', {}, `There would be room for ${qualities.join(', ')}.`)]
      : []),
  );
}
