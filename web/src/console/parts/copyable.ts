/** A text to take along: shown, and copied by a button. */
import { el } from '../../shared/dom';

const SAID_MS = 1_500;

/** `what`: its name for screen readers: "Copy the HLS address". */
export function copyable(text: string, what: string): HTMLElement {
  const field = el(
    'code',
    { class: 'copyable-text', tabindex: '0', role: 'textbox', 'aria-readonly': 'true', 'aria-label': what },
    text,
  );
  const button = el('button', { type: 'button', class: 'button small', 'aria-label': `Copy ${what}` }, 'Copy');
  button.addEventListener('click', () => {
    void copy(text, field).then((copied) => {
      button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
      setTimeout(() => (button.textContent = 'Copy'), SAID_MS);
    });
  });
  return el('div', { class: 'copyable' }, field, button);
}

/** Over plain HTTP browsers keep the clipboard from pages: then the text is selected, for the keyboard. */
async function copy(text: string, field: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(field);
    field.focus();
    return false;
  }
}
