/** Streams in words. */
import type { DryRun, Rung, StreamInfo } from './answers.js';
import { moment, table } from './style.js';

/** On one line: `live · source connected · 720p 480p`. */
export function describeStream(info: StreamInfo): string {
  const problem = info.status === 'live' || !info.last_problem ? [] : [info.last_problem.detail];
  const source = info.source_connected ? 'source connected' : 'no source';
  return [info.status, source, rungs(info), ...problem].join(' · ');
}

export function streamLines(info: StreamInfo): string[] {
  const { programme, reason, left_out, labels = {} } = info;
  const leftOut = left_out.length > 0 ? ` (left out: ${left_out.join(', ')})` : '';
  const tags = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    ...(info.title ? [`  title      ${info.title}`] : []),
    ...(tags.length > 0 ? [`  labels     ${tags.join(' ')}`] : []),
    `  status     ${describeStream(info)}${reason === null ? '' : ` (${reason})`}`,
    `  source     ${info.source ?? 'not known yet'}`,
    `  on air     ${programme.step}, source ${programme.source_index}${programme.pinned ? ' (asked for)' : ''}`,
    `  qualities  ${info.qualities.join(', ')}${leftOut}`,
    ...(info.hls_url ? [`  HLS        ${info.hls_url}`] : []),
    ...(info.dash_url ? [`  DASH       ${info.dash_url}`] : []),
    `  since      ${moment(info.created_at)} UTC`,
  ];
}

export function streamTable(streams: readonly StreamInfo[]): string[] {
  if (streams.length === 0) return ['no streams'];
  return table(
    ['ID', 'STATUS', 'ON AIR', 'RUNGS', 'SINCE (UTC)', 'TITLE'],
    streams.map((info) => [
      ...[info.stream_id, info.status, info.programme.step, rungs(info), moment(info.created_at)],
      info.title ?? '',
    ]),
  );
}

export function dryRunLines({ fits, needs, free, qualities, left_out, running, suggestion }: DryRun): string[] {
  const instead = suggestion && suggestion.length > 0 ? [`these would fit: ${suggestion.join(', ')}`] : [];
  return [
    `${fits ? 'fits' : 'does not fit'}: it needs ${needs} cores, ${free} are free`,
    ...rungTable(qualities),
    ...(left_out.length > 0 ? [`left out: ${left_out.join(', ')}`] : []),
    ...(running ? ['a stream of this id is running'] : []),
    ...(fits ? [] : instead),
  ];
}

export const rungTable = (rungs: readonly Rung[]): string[] =>
  table(
    ['NAME', 'SIZE', 'VIDEO kbit/s', 'AUDIO kbit/s'],
    rungs.map(({ name, width, height, video_kbps, audio_kbps }) => [
      ...[name, height ? `${width ? `${width}x` : ''}${height}` : '', `${video_kbps ?? ''}`, `${audio_kbps ?? ''}`],
    ]),
  );

const rungs = (info: StreamInfo): string =>
  info.rungs
    .map(({ name, state, restarts }) => {
      const down = state === 'up' ? '' : ' down';
      return `${name}${down}${restarts > 0 ? ` (${restarts} restarts)` : ''}`;
    })
    .join(' ');
