/** Each source of a stream: what it is, how it stands, and when its media arrives. PURE. */
import type { SourceDescription } from '../../engine/ffmpeg/index.js';
import { formatRatio } from '../../engine/timeline/index.js';
import type { Circumstances, SourceCircumstances } from './circumstances.js';
import type { ExplainedLeadDto, ExplainedSourceDto } from './explain.dto.js';
import { sourceCause } from './problem-words.js';
import { duration, milliseconds, sentence, timeOfDay, times } from './words.js';

export function explainSources(circumstances: Circumstances): ExplainedSourceDto[] {
  const { programme, recent } = circumstances;
  return circumstances.sources.map((source, index) => ({
    ...{ index, url: source.url, state: source.state, on_air: index === programme.onAir },
    since: source.sinceMs === undefined ? null : source.sinceMs / 1000,
    description: source.description ? mediaWords(source.description) : null,
    arrival: index === programme.onAir ? arrival(circumstances) : null,
    ...{ losses: source.losses, losses_recently: recent.losses[index] ?? 0 },
    last_problem: source.lastProblem ? sentence(sourceCause(source.lastProblem).words) : null,
    verdict: sentence(verdict(circumstances, source, index)),
  }));
}

/** How a source is called in a sentence: by its place too, where there are several. */
export function sourceName({ sources }: Circumstances, index: number): string {
  const url = sources[index]?.url ?? '';
  return sources.length > 1 ? `source ${index} (${url})` : `the source ${url}`;
}

/** `1280x720, 30 fps, h264; aac, stereo, 48 kHz` */
export function mediaWords({ video, audio }: SourceDescription): string {
  const picture = video && [
    `${video.width}x${video.height}${video.interlaced ? ' interlaced' : ''}`,
    `${formatRatio(video.fps)} fps`,
    video.codec,
  ];
  const channels = audio && (['no channels', 'mono', 'stereo'][audio.channels] ?? `${audio.channels} channels`);
  const sound = audio && [audio.codec, channels, `${audio.sampleRate / 1000} kHz`];
  return [picture ?? ['no picture'], sound ?? ['no sound']].map((facts) => facts.join(', ')).join('; ');
}

/** Undefined while it delivers, or waits for its publisher, or has never failed. */
export const causeOfLoss = ({ lastProblem, state }: SourceCircumstances) =>
  lastProblem && state !== 'up' ? sourceCause(lastProblem) : undefined;

function arrival({ vitals, programme, sources, allowanceMs }: Circumstances): ExplainedLeadDto | null {
  if (!vitals || sources[programme.onAir]?.state !== 'up') return null;
  const { video, audio } = vitals.leadMs;
  return {
    video_ms: video === undefined ? null : Math.round(video),
    audio_ms: audio === undefined ? null : Math.round(audio),
    allowance_ms: Math.round(allowanceMs),
  };
}

function verdict(circumstances: Circumstances, source: SourceCircumstances, index: number): string {
  const { nowMs, programme } = circumstances;
  const since = source.sinceMs === undefined ? '' : ` since ${timeOfDay(source.sinceMs, nowMs)}`;
  switch (source.state) {
    case 'closed':
      return index === 0 ? 'it is not open' : 'it is not open: it is tried when those before it are away';
    case 'up':
      return `it delivers${since}${index === programme.onAir ? arrivalWords(circumstances) : ', and is not on air'}`;
    case 'connecting':
    case 'lost': {
      const cause = causeOfLoss(source);
      const tried = cause ? `: ${cause.words}` : '';
      if (source.waits && source.state === 'connecting')
        return `it waits for its publisher${since}${tried && `; the last one is gone${tried}`}`;
      return `it is away${since} and tried again and again${tried}`;
    }
  }
}

function arrivalWords(circumstances: Circumstances): string {
  const { recent, programme } = circumstances;
  const lead = arrival(circumstances)?.video_ms ?? arrival(circumstances)?.audio_ms;
  const lost = recent.losses[programme.onAir] ?? 0;
  const losses = lost > 0 ? `; it was lost ${times(lost)} in the last ${duration(recent.seconds * 1000)}` : '';
  if (lead === undefined || lead === null) return losses;
  const when = lead >= 0 ? `${milliseconds(lead)} before` : `${milliseconds(-lead)} after`;
  return `, and its media arrives ${when} its house time (up to ${milliseconds(circumstances.allowanceMs)} after it is allowed)${losses}`;
}
