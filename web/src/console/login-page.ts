/** Asks for a token, where the API wants one. */
import { el } from '../shared/dom';

/** `enter` tries the token; the page is left when it is taken. */
export function showLogin(root: HTMLElement, refused: boolean, enter: (token: string) => void): void {
  const input = el('input', {
    ...{ id: 'token', name: 'token', type: 'password', required: true, autocomplete: 'current-password' },
    ...{ spellcheck: 'false', autocapitalize: 'off', 'aria-describedby': 'token-hint token-error' },
    'aria-invalid': refused ? 'true' : undefined,
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    const token = input.value.trim();
    if (token !== '') enter(token);
  };
  root.replaceChildren(
    el(
      'form',
      { class: 'login card', onsubmit: submit },
      el('h1', { tabindex: '-1' }, 'Log in'),
      el('label', { for: 'token' }, 'Token'),
      input,
      el(
        'p',
        { id: 'token-error', class: 'field-error', role: 'alert', hidden: !refused },
        'The server does not know this token. Check that all of it was copied.',
      ),
      el(
        'p',
        { id: 'token-hint', class: 'hint' },
        'The server has tokens set (API_TOKENS). Yours is kept in this tab only, and forgotten when you close it.',
      ),
      el('button', { type: 'submit', class: 'button main' }, 'Log in'),
    ),
  );
  input.focus();
}
