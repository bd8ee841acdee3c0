/** The player page: `/player/?stream=ID&protocol=hls|dash`. */
import '../shared/base.css';
import './style.css';
import { themeSwitch } from '../shared/theme';
import { syncedClock } from '../shared/clock';
import { bindControls } from './controls';
import { byId } from '../shared/dom';
import { showPicker } from './picker';
import { manifestUrl, type Protocol } from './player';
import { Readout } from './readout';
import { reportOf, type PlaybackReport } from './report';
import { Session } from './session';

declare global {
  interface Window {
    /**
     * For browser tests and for the curious: what is true of the playback at this moment. Absent on the picker.
     * `await page.evaluate(() => window.lockstepPlayer.state().latencySeconds)`
     */
    lockstepPlayer?: { state(): PlaybackReport };
  }
}

const TICK_MS = 500;

function watch(streamId: string, firstProtocol: Protocol): void {
  const video = byId('video', HTMLVideoElement);
  const clock = syncedClock('/time', new AbortController().signal);
  const readout = new Readout((key) => session.select(key));
  const begin = (protocol: Protocol) =>
    new Session({
      ...{ url: manifestUrl(streamId, protocol), protocol, video, clock },
      changed: () => queueMicrotask(() => readout.refresh(session)),
    });
  let session = begin(firstProtocol);

  document.title = `${streamId} · Lockstep`;
  byId('stream-id', HTMLElement).textContent = streamId;
  byId('watch', HTMLElement).hidden = false;
  bindControls(video, () => session.player?.goLive());
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="protocol"]')) {
    radio.checked = radio.value === firstProtocol;
    radio.addEventListener('change', () => {
      const protocol = protocolOf(radio.value);
      session.stop();
      readout.clear();
      session = begin(protocol);
      history.replaceState(null, '', `?${new URLSearchParams({ stream: streamId, protocol }).toString()}`);
    });
  }
  setInterval(() => readout.tick(session, reportOf(session, video)), TICK_MS);
  window.lockstepPlayer = { state: () => reportOf(session, video) };
}

const protocolOf = (text: string | null): Protocol => (text === 'dash' ? 'dash' : 'hls');

document.querySelector('.top')?.append(themeSwitch());
const address = new URLSearchParams(location.search);
const streamId = address.get('stream')?.trim() ?? '';
if (streamId === '') void showPicker();
else watch(streamId, protocolOf(address.get('protocol')));
