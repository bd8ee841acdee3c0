/** The console, at `/`: who is there, and the page that the address names. */
import '../shared/base.css';
import './console.css';
import './list/list.css';
import './start/start.css';
import './stream/stream.css';
import { byId, el } from '../shared/dom';
import { themeSwitch } from '../shared/theme';
import { Access, type Standing } from './access';
import { ApiProblem } from './api/api-problem';
import { pause } from './api/follow-events';
import { showList } from './list/list-page';
import { showLogin } from './login-page';
import type { Page } from './page';
import { problemNote } from './parts/problem-note';
import { addressOf, routeOf } from './router';

const RETRY_MS = 3_000;

const root = byId('page', HTMLElement);
const account = byId('account', HTMLElement);
const access = new Access(() => void enter());
let leaving = new AbortController();
let entering = false;

/** Finds out who we are, and shows what they may see. */
async function enter(): Promise<void> {
  if (entering) return;
  entering = true;
  leave();
  try {
    show(await standing());
  } finally {
    entering = false;
  }
}

/** Asks until the server answers. */
async function standing(): Promise<Standing> {
  for (;;) {
    try {
      return await access.standing();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      root.replaceChildren(el('h1', { class: 'unseen' }, 'Lockstep'), problemNote(error));
      await pause(RETRY_MS, new AbortController().signal);
    }
  }
}

function show(standing: Standing): void {
  showAccount(standing);
  if (standing.is === 'out') {
    if (standing.refused) access.logOut();
    document.title = 'Log in · Lockstep';
    return showLogin(root, standing.refused, (token) => {
      access.logIn(token);
      void enter();
    });
  }
  void open(standing.canControl, false);
  addEventListener('hashchange', () => void open(standing.canControl, true), { signal: leaving.signal });
}

/** `moved`: somebody followed a link; the focus follows, as with a new page. */
async function open(canControl: boolean, moved: boolean): Promise<void> {
  const listening = leaving;
  pageLeft.abort();
  pageLeft = new AbortController();
  const { signal } = pageLeft;
  listening.signal.addEventListener('abort', () => pageLeft.abort(), { once: true });
  const page = await pageOf(location.hash);
  if (signal.aborted) return;
  root.replaceChildren();
  page(root, { api: access.api, canControl, signal, announce });
  if (!moved) return;
  scrollTo(0, 0);
  (root.querySelector<HTMLElement>('h1') ?? root).focus({ preventScroll: true });
}

let pageLeft = new AbortController();

/** The pages with players, plots and forms are fetched when they are wanted. */
async function pageOf(hash: string): Promise<Page> {
  const route = routeOf(hash);
  if (route.page === 'start') return (await import('./start/start-page')).showStart;
  if (route.page === 'list') return showList;
  return (await import('./stream/stream-page')).streamPage(route.id);
}

function leave(): void {
  leaving.abort();
  pageLeft.abort();
  leaving = new AbortController();
}

function showAccount(standing: Standing): void {
  const logOut = (): void => {
    access.logOut();
    void enter();
  };
  const named = standing.is === 'in' && standing.name !== undefined ? standing.name : undefined;
  account.replaceChildren(
    ...(named === undefined
      ? []
      : [
          el(
            'span',
            { class: 'who' },
            named,
            standing.is === 'in' && !standing.canControl && el('span', { class: 'chip' }, 'read only'),
          ),
          el('button', { type: 'button', class: 'quiet-button', onclick: logOut }, 'Log out'),
        ]),
    el('a', { class: 'quiet-button api-link', href: '/docs' }, 'API'),
    themeSwitch(),
  );
}

function announce(words: string): void {
  byId('announcer', HTMLElement).textContent = words;
}

byId('skip', HTMLAnchorElement).addEventListener('click', (event) => {
  event.preventDefault();
  root.focus();
});
if (location.hash === '') history.replaceState(null, '', addressOf.list);
void enter();
