/** The rules of EXT-X-SERVER-CONTROL and of what it offers (rfc8216bis 4.4.3.8, 4.4.5.2; L2, L11). PURE. */
import type { Rule } from '../../rule.js';
import { hasParts, tagText, type MediaPlaylist, type ServerControl } from '../playlist.js';

const SUM_TOLERANCE_SECONDS = 0.05;
const EPSILON = 1e-6;

export const SERVER_CONTROL_RULES: readonly Rule<MediaPlaylist>[] = [
  {
    id: 'hls.blocking-reload-offered',
    clause: 'rfc8216bis B.1',
    severity: 'warning',
    text: 'A live playlist with parts offers CAN-BLOCK-RELOAD=YES: without it players poll.',
    check: (playlist) =>
      isLowLatency(playlist) && !playlist.serverControl?.canBlockReload
        ? [playlist.serverControl ? tagText(playlist.serverControl) : 'no EXT-X-SERVER-CONTROL']
        : [],
  },
  bound(
    'hls.skip-boundary-value',
    'The skip boundary is at least six target durations.',
    ({ canSkipUntil }, { targetDuration }) => [['CAN-SKIP-UNTIL', canSkipUntil, targetDuration, 6]],
  ),
  {
    id: 'hls.skip-date-ranges',
    clause: 'rfc8216bis 4.4.3.8',
    severity: 'error',
    text: 'CAN-SKIP-DATERANGES comes with CAN-SKIP-UNTIL.',
    check: ({ serverControl }) =>
      serverControl?.canSkipDateRanges && serverControl.canSkipUntil === undefined ? [tagText(serverControl)] : [],
  },
  bound('hls.hold-back', 'HOLD-BACK is at least three target durations.', ({ holdBack }, { targetDuration }) => [
    ['HOLD-BACK', holdBack, targetDuration, 3],
  ]),
  {
    id: 'hls.part-hold-back',
    clause: 'rfc8216bis 4.4.3.8',
    severity: 'error',
    text: 'A playlist with EXT-X-PART-INF says PART-HOLD-BACK.',
    check: ({ partTarget, serverControl }) =>
      partTarget !== undefined && serverControl?.partHoldBack === undefined
        ? [serverControl ? tagText(serverControl) : 'no EXT-X-SERVER-CONTROL']
        : [],
  },
  bound(
    'hls.part-hold-back-twice',
    'PART-HOLD-BACK is at least twice the part target.',
    ({ partHoldBack }, { partTarget }) => [['PART-HOLD-BACK', partHoldBack, partTarget, 2]],
  ),
  {
    id: 'hls.part-hold-back-thrice',
    clause: 'Apple 14.3',
    severity: 'warning',
    text: 'PART-HOLD-BACK is at least three times the part target.',
    check: ({ serverControl, partTarget = 0 }) => {
      const { partHoldBack = Infinity } = serverControl ?? {};
      const between = partHoldBack >= 2 * partTarget - EPSILON && partHoldBack < 3 * partTarget - EPSILON;
      return between ? [`${tagText(serverControl!)}: three part targets are ${(3 * partTarget).toFixed(3)} s`] : [];
    },
  },
  {
    id: 'hls.skip-offered',
    clause: 'rfc8216bis 4.4.5.2',
    severity: 'error',
    text: 'Only a playlist that offers CAN-SKIP-UNTIL, and has not ended, skips segments.',
    check: ({ skipped, serverControl, ended }) =>
      skipped !== undefined && (serverControl?.canSkipUntil === undefined || ended)
        ? [`${skipped} segments skipped; ${ended ? 'EXT-X-ENDLIST' : 'no CAN-SKIP-UNTIL'}`]
        : [],
  },
  {
    id: 'hls.skip-something',
    clause: 'rfc8216bis 4.4.5.2',
    severity: 'warning',
    text: 'An EXT-X-SKIP skips at least one segment.',
    check: ({ skipped }) => (skipped === 0 ? ['SKIPPED-SEGMENTS=0'] : []),
  },
  {
    id: 'hls.skip-beyond-boundary',
    clause: 'rfc8216bis 6.2.5.1',
    severity: 'error',
    text: 'Only segments further from the end than the skip boundary are skipped.',
    check: ({ skipped, segments, serverControl }) => {
      if (!skipped || serverControl?.canSkipUntil === undefined) return [];
      const kept = segments.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
      return kept < serverControl.canSkipUntil - SUM_TOLERANCE_SECONDS
        ? [`${kept.toFixed(3)} s of segments are left, CAN-SKIP-UNTIL is ${serverControl.canSkipUntil} s`]
        : [];
    },
  },
];

type Bound = readonly [name: string, value: number | undefined, unit: number | undefined, times: number];

function bound(
  id: string,
  text: string,
  bounds: (control: ServerControl, playlist: MediaPlaylist) => readonly Bound[],
): Rule<MediaPlaylist> {
  return {
    ...{ id, clause: 'rfc8216bis 4.4.3.8', severity: 'error', text },
    check: (playlist) => {
      const control = playlist.serverControl;
      if (!control) return [];
      return bounds(control, playlist)
        .filter(([, value = Infinity, unit = 0, times]) => value < times * unit - EPSILON)
        .map(([name, value, unit = 0, times]) => `${tagText(control)}: ${name} ${value} is below ${times} x ${unit} s`);
    },
  };
}

const isLowLatency = (playlist: MediaPlaylist): boolean => !playlist.ended && hasParts(playlist);
