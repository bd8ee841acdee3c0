/** Which qualities to make: those of the server's ladder, or sound alone. */
import { el } from '../../shared/dom';
import type { Ladder, LadderRung } from '../api/types';
import { checkbox, type Field } from '../parts/field';
import { kbps } from '../parts/words';

export class LadderChoice {
  readonly element: HTMLFieldSetElement;
  private readonly boxes = new Map<string, HTMLInputElement>();
  private readonly error = el('p', { class: 'field-error', hidden: true, role: 'alert' });
  private readonly list = el('div', { class: 'rung-choice' });

  /** Without a ladder the server makes its defaults. */
  constructor(private readonly changed: () => void) {
    this.element = el('fieldset', { class: 'group' }, el('legend', {}, 'Qualities'), this.list, this.error);
    this.list.append(el('p', { class: 'hint' }, 'The usual ladder of this server.'));
  }

  show({ rungs, defaults }: Ladder): void {
    this.boxes.clear();
    this.list.replaceChildren(
      ...rungs.map((rung) => this.row(rung.name, rungWords(rung), defaults.includes(rung.name))),
      this.row('audio', 'sound alone, no picture', false),
    );
  }

  get chosen(): string[] {
    return [...this.boxes].filter(([, box]) => box.checked).map(([name]) => name);
  }

  choose(names: readonly string[]): void {
    for (const [name, box] of this.boxes) box.checked = names.includes(name);
    this.changed();
  }

  /** As a field, for what the server says of `qualities`. */
  get field(): Field | undefined {
    const input = [...this.boxes.values()][0];
    if (!input) return undefined;
    const complain = (message: string | undefined): void => {
      this.error.hidden = message === undefined;
      this.error.textContent = message ?? '';
    };
    return { element: this.element, input, complain };
  }

  private row(name: string, facts: string, checked: boolean): HTMLElement {
    const { element, input } = checkbox(
      name,
      el('span', { class: 'rung-line' }, el('b', {}, name), el('span', {}, facts)),
      checked,
    );
    this.boxes.set(name, input);
    input.addEventListener('change', () => {
      if (input.checked) this.exclude(name);
      this.changed();
    });
    return element;
  }

  /** Sound alone is instead of pictures, not beside them: every picture has its sound. */
  private exclude(ticked: string): void {
    for (const [name, box] of this.boxes) if ((name === 'audio') !== (ticked === 'audio')) box.checked = false;
  }
}

const rungWords = ({ height, video_kbps: video }: LadderRung): string => `${height} lines · ${kbps(video)}`;
