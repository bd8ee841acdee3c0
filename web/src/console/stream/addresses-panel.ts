/** Where viewers play the stream, to take along. */
import { el, showing } from '../../shared/dom';
import type { PlaybackLinks, StreamInfo } from '../api/types';
import { copyable } from '../parts/copyable';
import { problemNote } from '../parts/problem-note';
import { clockTime } from '../parts/words';
import { makeLinks } from './playback-address';
import type { Panel, PanelContext } from './stream-page';

const DAY_SECONDS = 86_400;

type Addresses = Pick<StreamInfo, 'hls_url' | 'dash_url'>;

export function addressesPanel({ api, id, canControl, signal }: PanelContext): Panel {
  const list = el('div', { class: 'addresses' });
  const links = el('div', { class: 'addresses' });
  const button = el(
    'button',
    { type: 'button', class: 'button small', disabled: !canControl },
    'Make a link for a day',
  );
  button.addEventListener('click', () => {
    makeLinks(api, id, DAY_SECONDS, signal)
      .then((made) => links.replaceChildren(...signed(made)))
      .catch((error: unknown) => links.replaceChildren(problemNote(error)));
  });
  const show = showing<Addresses>(list, (addresses) => rows(addresses));
  return {
    element: el(
      'section',
      { class: 'card', 'aria-label': 'Addresses' },
      el('h2', {}, 'Addresses'),
      list,
      el(
        'p',
        { class: 'row' },
        el(
          'a',
          {
            class: 'button small',
            href: `/player/?stream=${encodeURIComponent(id)}`,
            target: '_blank',
            rel: 'noopener',
          },
          'Open the player page',
        ),
        button,
      ),
      el(
        'p',
        { class: 'hint' },
        'The link is signed, and runs out; it works where the server has PLAYBACK_SECRET set.',
      ),
      links,
    ),
    show: ({ info: { hls_url, dash_url } }) => show({ hls_url, dash_url }),
  };
}

function signed({ hls_url, dash_url, expires_at: expires }: PlaybackLinks): HTMLElement[] {
  const words =
    expires === null ? 'It does not run out: the server has no PLAYBACK_SECRET.' : `Until ${clockTime(expires)}.`;
  return [...rows({ hls_url, dash_url }), el('p', { class: 'hint' }, words)];
}

function rows({ hls_url: hls, dash_url: dash }: Addresses): HTMLElement[] {
  const named = [['HLS', hls] as const, ['DASH', dash] as const];
  return named.flatMap(([name, url]) =>
    url === null
      ? []
      : [
          el(
            'div',
            { class: 'address' },
            el('b', {}, name),
            copyable(new URL(url, location.href).href, `the ${name} address`),
          ),
        ],
  );
}
