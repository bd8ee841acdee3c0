/** One stream: its picture, how it fares and why, and what can be done about it. */
import { el } from '../../shared/dom';
import { streamPath } from '../api/api';
import { ApiProblem } from '../api/api-problem';
import { followEvents, pause } from '../api/follow-events';
import type { Explanation, StreamInfo } from '../api/types';
import type { Page, PageContext } from '../page';
import { problemNote } from '../parts/problem-note';
import { viewersNow } from '../parts/viewers-now';
import { addressOf } from '../router';
import { addressesPanel } from './addresses-panel';
import { eventsPanel } from './events-panel';
import { explainPanel } from './explain-panel';
import { headPanel } from './head-panel';
import { latencyPanel } from './latency-panel';
import { playersPanel } from './players-panel';
import { programmePanel } from './programme-panel';
import { rungsPanel } from './rungs-panel';
import { sourcesPanel } from './sources-panel';

const EVERY_MS = 2_000;

export interface Seen {
  readonly info: StreamInfo;
  readonly explanation: Explanation | undefined;
  /** Undefined: nobody counts. */
  readonly viewers: number | undefined;
}

export interface Panel {
  readonly element: HTMLElement;
  readonly show?: (seen: Seen) => void;
}

/** What a panel is given: the page's context, and which stream it is about. */
export interface PanelContext extends PageContext {
  readonly id: string;
  /** Something was changed: the page looks again at once. */
  readonly lookAgain: () => void;
  /** While the stream is being ended nobody looks: from one moment to the next there is nothing to look at. */
  readonly holdLooks: (isHeld: boolean) => void;
}

export const streamPage =
  (id: string): Page =>
  (root, page) => {
    document.title = `${id} · Lockstep`;
    let wake = (): void => undefined;
    let isHeld = false;
    const context: PanelContext = { ...page, id, lookAgain: () => wake(), holdLooks: (held) => (isHeld = held) };
    const panels = makePanels(context);
    const trouble = el('div');
    const columns = [panels.left, panels.right].map((column) =>
      el('div', { class: 'column' }, ...column.map(({ element }) => element)),
    );
    const body = el('div', { class: 'stream-page', hidden: true }, ...columns);
    root.append(panels.head.element, trouble, body);

    const look = async (): Promise<void> => {
      try {
        const seen = await seeStream(context);
        trouble.replaceChildren();
        body.hidden = false;
        for (const { show } of [panels.head, ...panels.left, ...panels.right]) show?.(seen);
      } catch (error) {
        if (page.signal.aborted) return;
        trouble.replaceChildren(...(isGone(error) ? gone() : [problemNote(error)]));
        if (isGone(error)) body.hidden = true;
      }
    };
    void (async () => {
      while (!page.signal.aborted) {
        if (!document.hidden && !isHeld) await look();
        const woken = new AbortController();
        wake = () => woken.abort();
        await pause(EVERY_MS, AbortSignal.any([page.signal, woken.signal]));
      }
    })();
    void followEvents(page.api, streamPath(id, '/events'), page.signal, (event) => {
      panels.events.tell(event);
      context.lookAgain();
    });
  };

/** Left what is seen, right what is known of it. */
function makePanels(context: PanelContext) {
  const events = eventsPanel(context);
  const head = headPanel(context);
  const left: Panel[] = [playersPanel(context), rungsPanel(), events];
  const right: Panel[] = [
    explainPanel(),
    programmePanel(),
    sourcesPanel(context),
    addressesPanel(context),
    latencyPanel(),
  ];
  return { head, left, right, events };
}

async function seeStream({ api, id, signal }: PanelContext): Promise<Seen> {
  const [info, explanation, viewers] = await Promise.all([
    api.get<StreamInfo>(streamPath(id), signal),
    api.find<Explanation>(streamPath(id, '/explain'), signal).catch(() => undefined),
    api
      .find<unknown>(streamPath(id, '/viewers'), signal)
      .then(viewersNow)
      .catch(() => undefined),
  ]);
  return { info, explanation, viewers };
}

const isGone = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;

const gone = (): HTMLElement[] => [
  el(
    'div',
    { class: 'note', role: 'status' },
    el('p', { class: 'note-title' }, 'There is no stream of this name (any more)'),
    el('a', { href: addressOf.list }, 'All streams'),
  ),
];
