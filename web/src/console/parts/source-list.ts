/** The sources of a stream, the preferred one first; backups can be added and taken away. */
import { el } from '../../shared/dom';
import { field, type Field } from './field';

const MOST = 8;
const HINT =
  'rtmp, rtmps, srt, udp, rtp, http, https, rtsp or file; test: is the built-in picture. srt://0.0.0.0:9000?mode=listener and rtmp://0.0.0.0:1935/live/key?listen=1 wait for a sender.';

export class SourceList {
  readonly element = el('div', { class: 'source-list' });
  private fields: Field[] = [];
  private readonly rows = el('div', { class: 'source-rows' });
  private readonly add = el('button', { type: 'button', class: 'button small' }, 'Add a backup');

  /** `changed` is called when what is typed, or the number of fields, is another. */
  constructor(
    private readonly changed: () => void,
    private readonly isRequired: boolean,
  ) {
    const test = el('button', { type: 'button', class: 'button small' }, 'Use the test picture');
    test.addEventListener('click', () => this.useTestPicture());
    this.add.addEventListener('click', () => this.addRow(true));
    this.element.append(this.rows, el('div', { class: 'row' }, this.add, test));
    this.addRow(false);
  }

  get values(): string[] {
    return this.fields.map(({ input }) => input.value);
  }

  /** By the names the API has for them. */
  get byName(): Record<string, Field> {
    const first = this.fields[0];
    const named = this.fields.map((each, index): [string, Field] => [`source_urls.${index}`, each]);
    return { ...Object.fromEntries(named), ...(first && { source_url: first, source_urls: first }) };
  }

  /** As it was before anybody typed. */
  clear(): void {
    this.show(['']);
  }

  private addRow(andGoThere: boolean): void {
    const index = this.fields.length;
    const input = el('input', {
      ...{ type: 'text', inputmode: 'url', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' },
      placeholder: index === 0 ? 'srt://0.0.0.0:9000?mode=listener' : 'rtmp://backup.example.com/live/camera',
      'aria-required': this.isRequired && index === 0 ? 'true' : undefined,
    });
    input.addEventListener('input', this.changed);
    const label = index === 0 ? 'Source' : `Backup ${index}`;
    const made = field(`source-${index}`, label, input, index === 0 ? HINT : undefined);
    const row = el('div', { class: 'source-row' }, made.element);
    if (index > 0) row.append(this.removeButton(index, row));
    this.fields.push(made);
    this.rows.append(row);
    this.add.disabled = this.fields.length >= MOST;
    if (andGoThere) input.focus();
  }

  private removeButton(index: number, row: HTMLElement): HTMLElement {
    const button = el(
      'button',
      { type: 'button', class: 'button small', 'aria-label': `Remove backup ${index}` },
      'Remove',
    );
    button.addEventListener('click', () => {
      const left = this.values.filter((_, place) => place !== [...this.rows.children].indexOf(row));
      this.show(left);
      this.add.focus();
    });
    return button;
  }

  private show(values: readonly string[]): void {
    this.fields = [];
    this.rows.replaceChildren();
    values.forEach((value, index) => {
      this.addRow(false);
      this.fields[index]!.input.value = value;
    });
    this.changed();
  }

  private useTestPicture(): void {
    const empty = this.fields.find(({ input }) => input.value.trim() === '') ?? this.fields[0]!;
    empty.input.value = 'test:';
    empty.input.dispatchEvent(new Event('input'));
    empty.input.focus();
  }
}
