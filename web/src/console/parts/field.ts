/** One field of a form: its name, the field itself, what is allowed, and what was wrong with it. */
import { el, type Child } from '../../shared/dom';
import type { FieldError } from '../api/api-problem';

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export interface Field {
  readonly element: HTMLElement;
  /** Undefined: nothing is wrong. */
  readonly complain: (message: string | undefined) => void;
  readonly input: Input;
}

export function field(name: string, label: string, input: Input, hint?: Child): Field {
  const error = el('p', { id: `${name}-error`, class: 'field-error', hidden: true });
  const hintId = `${name}-hint`;
  input.id = name;
  input.setAttribute('aria-describedby', hint === undefined ? error.id : `${hintId} ${error.id}`);
  const complain = complainer(input, error);
  // What was wrong is being put right.
  input.addEventListener('input', () => complain(undefined));
  return {
    element: el(
      'div',
      { class: 'field' },
      el('label', { for: name }, label),
      input,
      hint !== undefined && el('p', { id: hintId, class: 'hint' }, hint),
      error,
    ),
    complain,
    input,
  };
}

function complainer(input: HTMLElement, error: HTMLElement): (message: string | undefined) => void {
  return (message) => {
    error.hidden = message === undefined;
    error.textContent = message ?? '';
    if (message === undefined) input.removeAttribute('aria-invalid');
    else input.setAttribute('aria-invalid', 'true');
  };
}

/** A box to tick. */
export function checkbox(
  name: string,
  label: Child,
  checked: boolean,
): { element: HTMLElement; input: HTMLInputElement } {
  const input = el('input', { type: 'checkbox', name, checked });
  return { element: el('label', { class: 'check' }, input, el('span', {}, label)), input };
}

/**
 * Shows what the server said of each field at that field, and moves there; gives what belongs to no field of the form.
 * `qualities.0` is told at `qualities`.
 */
export function showFieldErrors(fields: Readonly<Record<string, Field>>, errors: readonly FieldError[]): FieldError[] {
  const rest: FieldError[] = [];
  let first: Field | undefined;
  for (const told of Object.values(fields)) told.complain(undefined);
  for (const error of errors) {
    const place = fields[error.field] ?? fields[error.field.split('.')[0] ?? ''];
    if (!place) {
      rest.push(error);
      continue;
    }
    place.complain(error.message);
    first ??= place;
  }
  first?.input.focus();
  return rest;
}
