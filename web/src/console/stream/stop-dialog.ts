/** Asks once more before a stream is stopped. */
import { el, setText } from '../../shared/dom';
import { streamPath } from '../api/api';
import { isOver } from '../parts/health';
import { problemNote } from '../parts/problem-note';
import { addressOf } from '../router';
import type { PanelContext, Seen } from './stream-page';

export interface Dialog<T> {
  readonly element: HTMLDialogElement;
  readonly open: () => void;
  readonly show: (value: T) => void;
}

export function stopDialog({ api, id, announce, holdLooks }: PanelContext): Dialog<Seen> {
  const title = el('h2', { id: 'stop-title' }, `Stop ${id}?`);
  const words = el('p', {}, 'Its playlists end, and viewers see it to the end.');
  const trouble = el('div');
  const keep = el(
    'button',
    { type: 'button', class: 'button', autofocus: true, onclick: () => dialog.close() },
    'Keep it',
  );
  const stop = el('button', { type: 'button', class: 'button danger', onclick: () => void end() }, 'Stop it');
  const dialog = el(
    'dialog',
    { 'aria-labelledby': 'stop-title' },
    title,
    words,
    trouble,
    el('div', { class: 'row dialog-buttons' }, keep, stop),
  );

  const end = async (): Promise<void> => {
    stop.disabled = true;
    holdLooks(true);
    try {
      // Encoders close their last segment first: some seconds. It goes on if the page is left.
      await api.send('DELETE', streamPath(id));
      announce(`${id} is stopped`);
      dialog.close();
      location.hash = addressOf.list;
    } catch (error) {
      holdLooks(false);
      trouble.replaceChildren(problemNote(error));
    } finally {
      stop.disabled = false;
    }
  };
  return {
    element: dialog,
    open: () => {
      trouble.replaceChildren();
      dialog.showModal();
    },
    show: ({ info, viewers }) => {
      const watching =
        viewers === undefined || viewers === 0
          ? 'viewers see'
          : viewers === 1
            ? 'its viewer sees'
            : `its ${viewers} viewers see`;
      setText(title, isOver(info) ? `Forget ${id}?` : `Stop ${id}?`);
      setText(stop, isOver(info) ? 'Forget it' : 'Stop it');
      setText(
        words,
        isOver(info)
          ? 'It is over already. It leaves this list; what can still be played stays until ENDED_RETENTION has passed.'
          : `Its playlists end, and ${watching} it to the end. It does not start again by itself.`,
      );
    },
  };
}
