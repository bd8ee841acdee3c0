/** The stream as a viewer gets it: by HLS, by DASH, or both beside each other; and how far behind, at what bit rate. */
import { el } from '../../shared/dom';
import { syncedClock } from '../../shared/clock';
import type { Protocol } from '../../player/player';
import { problemNote } from '../parts/problem-note';
import { isOver, isPlaying } from '../parts/health';
import { kbps } from '../parts/words';
import { playbackAddress } from './playback-address';
import { PlayerTile, type TileSample } from './player-tile';
import { Plot, type PlotSeries } from './plot';
import type { Panel, PanelContext, Seen } from './stream-page';

const EVERY_MS = 1_000;
const CHOICES = { hls: 'HLS', dash: 'DASH', both: 'Both' } as const;
type Choice = keyof typeof CHOICES;

const SERIES: readonly PlotSeries[] = [
  { name: 'HLS', colour: '--accent' },
  { name: 'DASH', colour: '--second' },
];

export function playersPanel(context: PanelContext): Panel {
  const { signal } = context;
  const clock = syncedClock('/time', signal);
  const stages = el('div', { class: 'tiles' });
  const plots = {
    latency: new Plot({ title: 'Latency', series: SERIES, words: (seconds) => `${seconds.toFixed(1)} s` }, signal),
    bitRate: new Plot({ title: 'Bit rate', series: SERIES, words: (rate) => kbps(rate) }, signal),
  };
  const tiles = new Map<Protocol, PlayerTile>();
  let [choice, generation, isStarted]: [Choice, number, boolean] = ['hls', 0, false];

  const choose = (next: Choice): void => {
    choice = next;
    if (isStarted) void begin();
  };
  const begin = async (): Promise<void> => {
    const mine = ++generation;
    for (const [protocol, tile] of tiles) if (choice !== 'both' && choice !== protocol) remove(protocol, tile);
    for (const protocol of wanted(choice)) {
      if (tiles.has(protocol)) continue;
      try {
        const url = await playbackAddress(context, context.id, protocol);
        if (mine !== generation || signal.aborted) return;
        const tile = new PlayerTile(protocol, url, clock);
        tiles.set(protocol, tile);
        if (protocol === 'hls') stages.prepend(tile.element);
        else stages.append(tile.element);
      } catch (error) {
        if (!signal.aborted && mine === generation) stages.replaceChildren(problemNote(error));
      }
    }
    stages.classList.toggle('two', tiles.size > 1);
  };
  const remove = (protocol: Protocol, tile: PlayerTile): void => {
    tile.stop();
    tiles.delete(protocol);
  };

  const timer = setInterval(() => {
    if (!isStarted) return;
    const [hls, dash] = (['hls', 'dash'] as const).map((protocol) => tiles.get(protocol)?.tick());
    draw(plots, hls, dash);
  }, EVERY_MS);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    for (const [protocol, tile] of tiles) remove(protocol, tile);
  });

  const switcher = protocolSwitch(choose);
  const waiting = el('p', { class: 'card tile-waiting hint' }, 'Players start when there is something to play.');
  stages.append(waiting);
  return {
    element: el(
      'div',
      { class: 'players' },
      switcher.element,
      stages,
      el('div', { class: 'plots' }, plots.latency.element, plots.bitRate.element),
    ),
    show: ({ info }: Seen) => {
      switcher.offer(info.hls_url !== null, info.dash_url !== null);
      if (isStarted || !(isPlaying(info) || isOver(info))) return;
      isStarted = true;
      waiting.remove();
      choose(info.hls_url === null ? 'dash' : choice);
    },
  };
}

const wanted = (choice: Choice): readonly Protocol[] => (choice === 'both' ? ['hls', 'dash'] : [choice]);

function draw(
  plots: { latency: Plot; bitRate: Plot },
  hls: TileSample | undefined,
  dash: TileSample | undefined,
): void {
  const now = Math.round(Date.now() / 1000);
  const kilobits = (sample: TileSample | undefined): number | undefined =>
    sample?.mediaBps === undefined ? undefined : sample.mediaBps / 1000;
  plots.latency.push(now, [hls?.latencySeconds, dash?.latencySeconds]);
  plots.bitRate.push(now, [kilobits(hls), kilobits(dash)]);
}

function protocolSwitch(choose: (choice: Choice) => void) {
  const radios = new Map<Choice, HTMLInputElement>();
  const labels = (Object.keys(CHOICES) as Choice[]).map((choice) => {
    const radio = el('input', { type: 'radio', name: 'players', value: choice, onchange: () => choose(choice) });
    radios.set(choice, radio);
    return el('label', {}, radio, el('span', {}, CHOICES[choice]));
  });
  radios.get('hls')!.checked = true;
  return {
    element: el('fieldset', { class: 'segmented' }, el('legend', { class: 'unseen' }, 'Players'), ...labels),
    /** Protocols the stream does not have cannot be chosen. */
    offer(hls: boolean, dash: boolean): void {
      radios.get('hls')!.disabled = !hls;
      radios.get('dash')!.disabled = !dash;
      radios.get('both')!.disabled = !hls || !dash;
      if (!hls && radios.get('hls')!.checked) radios.get('dash')!.checked = true;
    },
  };
}
