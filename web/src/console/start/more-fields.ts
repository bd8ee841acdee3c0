/** The fields most streams leave as they are. */
import { el } from '../../shared/dom';
import { checkbox, field, type Field } from '../parts/field';
import type { StartForm } from './start-form';

type Told = Pick<StartForm, 'lowLatency' | 'hls' | 'dash' | 'transportStreams' | 'slateText' | 'staleAfter' | 'labels'>;

export class MoreFields {
  readonly element: HTMLElement;
  private readonly lowLatency = checkbox(
    'low_latency',
    'Low latency: parts of a third of a second, held requests',
    true,
  );
  private readonly hls = checkbox('enable_hls', 'HLS', true);
  private readonly dash = checkbox('enable_dash', 'DASH', true);
  private readonly mpegts = checkbox('segment_format', 'HLS as transport streams (.ts), for old devices', false);
  private readonly slateText = field(
    'slate_text',
    'Words on the slate',
    el('input', { type: 'text', maxlength: 120, placeholder: 'as the server is set' }),
    'Shown in place of a source that stays away.',
  );
  private readonly stale = field(
    'stale_policy',
    'When nobody asks after it',
    staleSelect(),
    'A program that uses streams sends heartbeats; a channel has nobody who does.',
  );
  private readonly staleSeconds = field(
    'stale_after',
    'Seconds without a heartbeat',
    el('input', { type: 'number', min: 5, value: 600 }),
  );
  private readonly labels = field(
    'labels',
    'Labels',
    el('textarea', { rows: 2, placeholder: 'event: cup-final\nroom: studio-2' }),
    'One a line; the list can be searched by them.',
  );

  constructor(changed: () => void) {
    this.element = el(
      'details',
      { class: 'card more' },
      el('summary', {}, 'More choices'),
      el(
        'div',
        { class: 'more-fields' },
        el(
          'fieldset',
          { class: 'group' },
          el('legend', {}, 'Formats'),
          ...[this.lowLatency, this.hls, this.dash, this.mpegts].map(({ element }) => element),
        ),
        this.slateText.element,
        this.stale.element,
        this.staleSeconds.element,
        this.labels.element,
      ),
    );
    this.element.addEventListener('change', () => {
      this.showSeconds();
      changed();
    });
    this.showSeconds();
  }

  get told(): Told {
    const policy = this.stale.input.value;
    return {
      ...{ lowLatency: this.lowLatency.input.checked, hls: this.hls.input.checked, dash: this.dash.input.checked },
      transportStreams: this.mpegts.input.checked,
      slateText: this.slateText.input.value,
      staleAfter: policy === 'never' ? null : policy === 'default' ? policy : Number(this.staleSeconds.input.value),
      labels: this.labels.input.value,
    };
  }

  get fields(): Record<string, Field> {
    return { slate_text: this.slateText, stale_after: this.staleSeconds, labels: this.labels };
  }

  /** What is complained of is not hidden away. */
  open(): void {
    this.element.setAttribute('open', '');
  }

  private showSeconds(): void {
    this.staleSeconds.element.hidden = this.stale.input.value !== 'after';
  }
}

const staleSelect = (): HTMLSelectElement =>
  el(
    'select',
    {},
    el('option', { value: 'never' }, 'It runs until it is stopped'),
    el('option', { value: 'default' }, 'It is stopped as the server is set (STALE_THRESHOLD)'),
    el('option', { value: 'after' }, 'It is stopped after …'),
  );
