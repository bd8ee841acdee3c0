/** The multivariant playlist (rfc8216bis 4.4.6): every video rendition as a variant, the sound as one group. PURE. */
import { toNumber, type PresentationView, type RenditionView } from '../timeline/index.js';
import { attributes, quoted } from './attributes.js';

const AUDIO_GROUP = 'audio';

/**
 * One variant per video rendition, in the order of the view, with the sound as a group; without video, and beside
 * transport streams, the sound is a variant itself. URIs are relative.
 */
export function renderMultivariantPlaylist({ renditions, format }: PresentationView): string {
  const video = renditions.filter(({ kind }) => kind === 'video');
  const audio = renditions.filter(({ kind }) => kind === 'audio');
  // 9.11 (Apple): every segment starts with an IDR.
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${format === 'mpegts' ? 3 : 6}`, '#EXT-X-INDEPENDENT-SEGMENTS'];
  if (video.length === 0 || format === 'mpegts') {
    // A transport stream holds its sound itself; sound alone is the variant for the thinnest line.
    for (const rendition of [...video, ...audio]) lines.push(...variant(rendition, undefined));
  } else {
    lines.push(...audio.map(media));
    for (const rendition of video) lines.push(...variant(rendition, loudest(audio)));
  }
  return `${lines.join('\n')}\n`;
}

function media({ name, init }: RenditionView, index: number): string {
  return `#EXT-X-MEDIA:${attributes({
    TYPE: 'AUDIO',
    'GROUP-ID': quoted(AUDIO_GROUP),
    // 4.4.6.1.1: names differ within a group, and one member at most is the default.
    NAME: quoted(index === 0 ? 'Audio' : `Audio ${index + 1}`),
    // RFC 5646: undetermined; no source we read says its language reliably.
    LANGUAGE: quoted('und'),
    DEFAULT: index === 0 ? 'YES' : 'NO',
    AUTOSELECT: 'YES',
    CHANNELS: quoted(String(init.channels ?? 2)),
    URI: quoted(`${name}/playlist.m3u8`),
  })}`;
}

function variant(rendition: RenditionView, sound: RenditionView | undefined): string[] {
  const { name, kind, init, track, peakBps, averageBps } = rendition;
  const list = attributes({
    // 4.4.6.2: the largest sum of any playable combination.
    BANDWIDTH: peakBps + (sound?.peakBps ?? 0),
    'AVERAGE-BANDWIDTH': averageBps + (sound?.averageBps ?? 0),
    CODECS: quoted([init.codec, ...(sound ? [sound.init.codec] : [])].join(',')),
    RESOLUTION: kind === 'video' ? `${init.width}x${init.height}` : undefined,
    'FRAME-RATE': kind === 'video' ? toNumber(track.grid.fps).toFixed(3) : undefined,
    AUDIO: sound ? quoted(AUDIO_GROUP) : undefined,
    // NONE on one variant means NONE on all of them.
    'CLOSED-CAPTIONS': 'NONE',
  });
  return [`#EXT-X-STREAM-INF:${list}`, `${name}/playlist.m3u8`];
}

function loudest(audio: readonly RenditionView[]): RenditionView | undefined {
  return audio.reduce<RenditionView | undefined>(
    (best, one) => (best && best.peakBps >= one.peakBps ? best : one),
    undefined,
  );
}
