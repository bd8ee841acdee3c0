/** A refusal in words: what is wrong, and what to do. */
import { el } from '../../shared/dom';
import { ApiProblem } from '../api/api-problem';

export function problemNote(error: unknown): HTMLElement {
  const problem = error instanceof ApiProblem ? error : undefined;
  const words = problem?.message ?? (error instanceof Error ? error.message : String(error));
  return el(
    'div',
    { class: 'note trouble', role: 'alert' },
    el('p', { class: 'note-title' }, problem?.title ?? 'The console made a mistake'),
    words !== problem?.title && el('p', {}, words),
    problem !== undefined && problem.remedy !== '' && el('p', { class: 'note-remedy' }, problem.remedy),
  );
}
