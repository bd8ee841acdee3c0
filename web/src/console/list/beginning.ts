/** Nothing runs yet: how to begin, with what is at hand. */
import { el } from '../../shared/dom';
import type { StreamInfo } from '../api/types';
import { READ_ONLY_WORDS, type PageContext } from '../page';
import { copyable } from '../parts/copyable';
import { problemNote } from '../parts/problem-note';
import { addressOf } from '../router';

const PUSH_PORT = 9000;

export function beginning({ api, canControl, signal }: PageContext): HTMLElement {
  const host = location.hostname;
  const trouble = el('div');
  const button = el(
    'button',
    { type: 'button', class: 'button main', disabled: !canControl },
    'Start the test picture',
  );
  button.addEventListener('click', () => {
    button.disabled = true;
    api
      .send<StreamInfo>(
        'POST',
        '/streams',
        { stream_id: 'test', source_url: 'test:', stale_after: null, title: 'Test picture' },
        signal,
      )
      .then(({ stream_id: id }) => (location.hash = addressOf.stream(id)))
      .catch((error: unknown) => {
        button.disabled = false;
        trouble.replaceChildren(problemNote(error));
      });
  });
  return el(
    'section',
    { class: 'beginning', 'aria-label': 'How to begin' },
    el('h2', {}, 'No stream is running'),
    el('p', {}, 'See it work first: a moving picture with sound, made by this machine.'),
    trouble,
    el('p', { class: 'row' }, button, canControl ? undefined : el('span', { class: 'hint' }, READ_ONLY_WORDS)),
    el('h3', {}, 'Then send your own'),
    el(
      'p',
      {},
      'Start a stream with the source ',
      el('code', {}, `srt://0.0.0.0:${PUSH_PORT}?mode=listener`),
      ' in ',
      canControl ? el('a', { href: addressOf.start }, 'Start a stream') : 'Start a stream',
      ', then send to it. With ffmpeg:',
    ),
    copyable(
      `ffmpeg -re -i video.mp4 -c:v libx264 -preset veryfast -g 60 -c:a aac -f mpegts "srt://${host}:${PUSH_PORT}?mode=caller"`,
      'the ffmpeg command',
    ),
    el('p', {}, 'Or in OBS, as the server of a custom stream:'),
    copyable(`srt://${host}:${PUSH_PORT}?mode=caller`, 'the OBS server address'),
  );
}
