/** Play, mute, live and full screen: by button, and by the keys people try. */
import { byId } from '../shared/dom';

export function bindControls(video: HTMLVideoElement, goLive: () => void): void {
  const play = byId('play', HTMLButtonElement);
  const mute = byId('mute', HTMLButtonElement);
  const unmute = byId('unmute', HTMLButtonElement);
  const fullscreen = byId('fullscreen', HTMLButtonElement);

  const togglePlay = () => {
    if (!video.paused) return video.pause();
    goLive();
    // Refused only when the stream has just gone; the page says so by itself.
    video.play().catch(() => undefined);
  };
  const toggleMute = () => {
    video.muted = !video.muted;
  };
  const toggleFullscreen = () => {
    const change = document.fullscreenElement
      ? document.exitFullscreen()
      : byId('stage', HTMLDivElement).requestFullscreen();
    change.catch(() => undefined);
  };
  const show = () => {
    play.setAttribute('aria-label', video.paused ? 'Play' : 'Pause');
    play.dataset['icon'] = video.paused ? 'play' : 'pause';
    mute.setAttribute('aria-label', video.muted ? 'Unmute' : 'Mute');
    mute.dataset['icon'] = video.muted ? 'muted' : 'sound';
    unmute.hidden = !video.muted || video.paused;
  };

  play.addEventListener('click', togglePlay);
  mute.addEventListener('click', toggleMute);
  unmute.addEventListener('click', toggleMute);
  byId('live', HTMLButtonElement).addEventListener('click', goLive);
  // iPhones give only the video itself the whole screen, and by their own button.
  fullscreen.hidden = !document.fullscreenEnabled;
  fullscreen.addEventListener('click', toggleFullscreen);
  for (const name of ['play', 'pause', 'volumechange', 'playing']) video.addEventListener(name, show);

  const keys: Record<string, () => void> = {
    k: togglePlay,
    ' ': togglePlay,
    m: toggleMute,
    f: toggleFullscreen,
    l: goLive,
  };
  document.addEventListener('keydown', (event) => {
    const busy = event.target instanceof HTMLElement && event.target.closest('button, input, a') !== null;
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || (busy && event.key === ' ')) return;
    event.preventDefault();
    action();
  });
  show();
}
