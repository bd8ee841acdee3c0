/** The staircase: what viewers see, and what they would see next. */
import { el, setText, showing } from '../../shared/dom';
import type { Explanation, ProgrammeStep } from '../api/types';
import { clockTime, span } from '../parts/words';
import type { Panel, Seen } from './stream-page';

const STEPS: readonly { readonly step: ProgrammeStep; readonly name: string }[] = [
  { step: 'source', name: 'Source' },
  { step: 'backup', name: 'Backup' },
  { step: 'repeat', name: 'Last picture' },
  { step: 'slate', name: 'Slate' },
];

const NEXT_WORDS: Readonly<Record<string, string>> = {
  slate: 'the slate is shown',
  'next-source': 'the next source is tried',
  'give-up': 'the stream is given up',
  'fail-back': 'the preferred source takes over again',
};

interface Standing {
  readonly step: ProgrammeStep;
  readonly hasBackup: boolean;
}

export function programmePanel(): Panel {
  const stairs = el('ol', { class: 'stairs' });
  const since = el('p', {});
  const why = el('p', { class: 'hint' });
  const next = el('ul', { class: 'next' });
  const showStairs = showing<Standing>(stairs, ({ step, hasBackup }) =>
    STEPS.filter((each) => each.step !== 'backup' || hasBackup).map((each) =>
      el('li', { 'data-step': each.step, 'aria-current': each.step === step ? 'step' : undefined }, each.name),
    ),
  );
  const showNext = showing<Explanation['programme']['next']>(next, (coming) =>
    coming.map(({ what, in_seconds: seconds }) => el('li', {}, `In ${span(seconds)} ${NEXT_WORDS[what] ?? what}.`)),
  );
  return {
    element: el(
      'section',
      { class: 'card programme', 'aria-label': 'Programme' },
      el('h2', {}, 'What viewers see'),
      stairs,
      since,
      why,
      next,
    ),
    show: ({ info, explanation }: Seen) => {
      const { step, since: sinceSeconds, source_index: index, pinned } = info.programme;
      showStairs({ step, hasBackup: info.sources.length > 1 });
      const source = info.sources.length > 1 ? ` (source ${index}${pinned ? ', held by hand' : ''})` : '';
      setText(since, `${nameOf(step)}${source} since ${clockTime(sinceSeconds)}`);
      setText(why, explanation?.programme.why ?? '');
      showNext(explanation?.programme.next ?? []);
    },
  };
}

const nameOf = (step: ProgrammeStep): string => STEPS.find((each) => each.step === step)?.name ?? step;
