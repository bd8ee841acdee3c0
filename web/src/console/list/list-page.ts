/** All streams: how each fares, found by name and state. */
import { el, setText } from '../../shared/dom';
import { followEvents, pause } from '../api/follow-events';
import type { StreamInfo } from '../api/types';
import { READ_ONLY_WORDS, type PageContext } from '../page';
import { problemNote } from '../parts/problem-note';
import { addressOf } from '../router';
import { beginning } from './beginning';
import { CardGrid } from './card-grid';
import { fetchStreams, type Shown, type Wanted } from './fetch-streams';
import { ViewerCounts } from './viewer-counts';

const EVERY_MS = 5_000;
/** Events come in bursts; one look is enough for all of them. */
const SETTLED_MS = 250;
const TYPED_MS = 250;

const STATES: readonly StreamInfo['status'][] = [
  'starting',
  'live',
  'degraded',
  'filling',
  'stopping',
  'ended',
  'failed',
];

export function showList(root: HTMLElement, context: PageContext): void {
  const { api, signal, canControl } = context;
  document.title = 'Streams · Lockstep';
  const count = el('span', { class: 'count' });
  const grid = new CardGrid(context);
  const viewers = new ViewerCounts(api);
  const below = el('div', { class: 'list-below' });
  const trouble = el('div');
  const wanted: { -readonly [Key in keyof Wanted]: Wanted[Key] } = { words: '', state: '', limit: 60 };

  const show = (shown: Shown): void => {
    trouble.replaceChildren();
    setText(count, shown.total === 0 ? '' : String(shown.total));
    grid.show(shown.streams, viewers.known);
    const isNarrowed = wanted.words !== '' || wanted.state !== '';
    tools.hidden = shown.total === 0 && !isNarrowed;
    below.replaceChildren(
      ...(shown.total === 0 && isNarrowed ? [el('p', { class: 'hint' }, 'No stream is like that.')] : []),
      ...(shown.total === 0 && !isNarrowed ? [(empty ??= beginning(context))] : []),
      ...(shown.hasMore ? [more] : []),
    );
  };
  let empty: HTMLElement | undefined;

  let asking = new AbortController();
  const look = async (): Promise<void> => {
    asking.abort();
    asking = new AbortController();
    const until = AbortSignal.any([signal, asking.signal]);
    try {
      const [shown] = await Promise.all([fetchStreams(api, wanted, until), viewers.look(until)]);
      if (!until.aborted) show(shown);
    } catch (error) {
      if (!until.aborted) trouble.replaceChildren(problemNote(error));
    }
  };

  const more = el('button', { type: 'button', class: 'button' }, 'Show more');
  more.addEventListener('click', () => {
    wanted.limit += 60;
    void look();
  });
  const lookSoon = debounced(() => void look(), signal);
  const tools = toolbar((words, state) => {
    Object.assign(wanted, { words, state });
    lookSoon(TYPED_MS);
  });
  root.append(
    el('div', { class: 'page-head' }, el('h1', { tabindex: '-1' }, 'Streams ', count), tools, startLink(canControl)),
    trouble,
    grid.element,
    below,
  );
  void keepLooking(look, signal);
  void followEvents(api, '/streams/events', signal, () => lookSoon(SETTLED_MS));
}

async function keepLooking(look: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (!document.hidden) await look();
    await pause(EVERY_MS, signal);
  }
}

function debounced(act: () => void, signal: AbortSignal): (ms: number) => void {
  let timer: number | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return (ms) => {
    clearTimeout(timer);
    timer = window.setTimeout(act, ms);
  };
}

function toolbar(changed: (words: string, state: string) => void): HTMLElement {
  const words = el('input', {
    type: 'search',
    class: 'search',
    placeholder: 'Find a stream',
    'aria-label': 'Find a stream',
  });
  const state = el(
    'select',
    { 'aria-label': 'State' },
    el('option', { value: '' }, 'Every state'),
    ...STATES.map((name) => el('option', { value: name }, name)),
  );
  const tell = (): void => changed(words.value.trim(), state.value);
  words.addEventListener('input', tell);
  state.addEventListener('change', tell);
  return el('div', { class: 'tools', role: 'search', hidden: true }, words, state);
}

function startLink(canControl: boolean): HTMLElement {
  if (canControl) return el('a', { class: 'button main', href: addressOf.start }, 'Start a stream');
  return el(
    'span',
    { class: 'refused' },
    el(
      'button',
      { type: 'button', class: 'button main', disabled: true, 'aria-describedby': 'why-not' },
      'Start a stream',
    ),
    el('span', { id: 'why-not', class: 'hint' }, READ_ONLY_WORDS),
  );
}
