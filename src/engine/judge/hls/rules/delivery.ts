/** How a server must answer delivery directives and hints (rfc8216bis 6.2.5, 6.2.6; L8, L9). PURE. */
import type { Rule, Severity } from '../../rule.js';
import type { Exchange } from '../../http/index.js';
import { hasParts, type MediaPlaylist, type Position } from '../playlist.js';

/** A request made on purpose, and what came back. Answers that are no playlist are undefined. */
export type DeliveryProbe =
  | { readonly probe: 'part-alone'; readonly exchange: Exchange }
  | { readonly probe: 'too-far'; readonly exchange: Exchange; readonly asked: number; readonly last: number }
  | { readonly probe: 'garbage'; readonly exchange: Exchange; readonly query: string }
  | { readonly probe: 'unknown'; readonly exchange: Exchange; readonly marker: string }
  | { readonly probe: 'long-past'; readonly exchange: Exchange; readonly asked: number }
  | {
      readonly probe: 'held';
      readonly exchange: Exchange;
      readonly asked: Position;
      readonly answer: MediaPlaylist | undefined;
    }
  | {
      readonly probe: 'past-last-part';
      readonly exchange: Exchange;
      readonly asked: Position;
      readonly answer: MediaPlaylist | undefined;
    }
  | {
      readonly probe: 'skip';
      readonly exchange: Exchange;
      readonly value: 'YES' | 'v2';
      readonly full: MediaPlaylist;
      readonly answer: MediaPlaylist | undefined;
    }
  | {
      readonly probe: 'hinted-part';
      readonly exchange: Exchange;
      readonly partTarget: number;
      readonly usualTransferMs: number;
      readonly wasListed: boolean;
    }
  | { readonly probe: 'absent-part'; readonly exchange: Exchange; readonly targetDuration: number }
  | {
      readonly probe: 'ended';
      readonly exchange: Exchange;
      readonly query: string;
      readonly answer: MediaPlaylist | undefined;
    };

type Named<Name extends DeliveryProbe['probe']> = Extract<DeliveryProbe, { probe: Name }>;

/** A refusal or an answer "at once" may take this long on a busy machine and a slow line. */
const AT_ONCE_MS = 1000;
/** A part that is there whole is sent in far less than it lasts; a line's usual speed and this are forgiven. */
const TRANSFER_SLACK_MS = 250;

const rule = <Name extends DeliveryProbe['probe']>(
  probe: Name,
  [id, clause, severity, text]: readonly [id: string, clause: string, severity: Severity, text: string],
  check: (subject: Named<Name>) => readonly string[],
): Rule<DeliveryProbe> => ({
  ...{ id, clause: `rfc8216bis ${clause}`, severity, text },
  check: (subject) => (subject.probe === probe ? check(subject as Named<Name>) : []),
});

export const DELIVERY_RULES: readonly Rule<DeliveryProbe>[] = [
  rule(
    'part-alone',
    ['hls.part-needs-msn', '6.2.5.2', 'error', '_HLS_part without _HLS_msn is a bad request.'],
    ({ exchange: { status } }) => (isRefusal(status) ? [] : [`_HLS_part=0 answered ${status}`]),
  ),
  rule(
    'too-far',
    ['hls.too-far-refused', '6.2.5.2', 'warning', 'A segment far ahead is refused at once.'],
    ({ exchange, asked, last }) => {
      const { status, headerAfterMs } = exchange;
      if (!isRefusal(status)) return [`_HLS_msn=${asked} answered ${status}, the last segment is ${last}`];
      return headerAfterMs > AT_ONCE_MS ? [`_HLS_msn=${asked} refused after ${seconds(headerAfterMs)}`] : [];
    },
  ),
  rule(
    'garbage',
    ['hls.garbage-refused', '6.2.5.2', 'note', 'A directive that is no decimal-integer is a bad request.'],
    ({ exchange: { status }, query }) => (isRefusal(status) || status >= 500 ? [] : [`${query} answered ${status}`]),
  ),
  rule(
    'unknown',
    ['hls.unknown-parameter-ignored', '6.2.5', 'warning', 'Parameters the server does not know change nothing.'],
    ({ exchange: { status } }) => (status === 200 ? [] : [`an unknown parameter answered ${status}`]),
  ),
  rule(
    'unknown',
    [
      'hls.parameter-not-echoed',
      '6.2.5',
      'note',
      'Parameters are not repeated in the playlist: each would be another object to cache.',
    ],
    ({ exchange: { body }, marker }) => (body.includes(marker) ? [`'${marker}' comes back in the playlist`] : []),
  ),
  rule(
    'long-past',
    [
      'hls.past-answered-at-once',
      '6.2.5.2',
      'error',
      'A request for what is listed, or has left, is answered at once with the whole playlist.',
    ],
    ({ exchange: { status, headerAfterMs }, asked }) => {
      if (status !== 200) return [`_HLS_msn=${asked} answered ${status}`];
      return headerAfterMs > AT_ONCE_MS ? [`_HLS_msn=${asked} answered after ${seconds(headerAfterMs)}`] : [];
    },
  ),
  rule(
    'held',
    ['hls.reload-held', '6.2.5.2', 'error', 'A reload is answered when what it names is listed, not before.'],
    ({ exchange, asked, answer }) => notListed(exchange, asked, answer),
  ),
  rule(
    'past-last-part',
    [
      'hls.part-past-end-is-next',
      '6.2.5.2',
      'error',
      'A part past the last one of its segment stands for part 0 of the next.',
    ],
    ({ exchange, asked, answer }) => notListed(exchange, { msn: asked.msn + 1, part: 0 }, answer, asked),
  ),
  rule(
    'skip',
    [
      'hls.skip-answered',
      '6.2.5.1',
      'error',
      '_HLS_skip is answered with a delta update where there is something to skip.',
    ],
    ({ exchange: { status }, value, full, answer }) => {
      if (status !== 200 || !answer) return [`_HLS_skip=${value} answered ${status}`];
      return answer.skipped === undefined && hasSomethingToSkip(full) && hasSomethingToSkip(answer)
        ? [`_HLS_skip=${value} brought all ${answer.segments.length} segments`]
        : [];
    },
  ),
  rule(
    'skip',
    ['hls.skip-v2-tells-removed', '4.4.5.2', 'error', 'A delta update that skips date ranges says which were removed.'],
    ({ value, answer }) => {
      const skip = answer?.source.tags.find(({ name }) => name === 'EXT-X-SKIP');
      const concerned = value === 'v2' && answer?.serverControl?.canSkipDateRanges && skip;
      return concerned && !skip.attributes.has('RECENTLY-REMOVED-DATERANGES') ? [skip.text] : [];
    },
  ),
  rule(
    'hinted-part',
    [
      'hls.hinted-part-held',
      '6.2.6',
      'error',
      'A hinted part can be asked for: the request is held until the part is there.',
    ],
    ({ exchange: { status, url }, wasListed }) =>
      status === 200 || status === 206 || (status === 404 && !wasListed) ? [] : [`${nameOf(url)} answered ${status}`],
  ),
  rule(
    'hinted-part',
    [
      'hls.hinted-part-at-once',
      '6.2.6',
      'error',
      'No byte of a part is sent before all of it can be sent at full speed.',
    ],
    ({ exchange, partTarget, usualTransferMs }) => {
      const first = exchange.bursts[0];
      if (!first || exchange.status >= 300) return [];
      const took = exchange.doneAfterMs - Math.min(first.atMs, exchange.headerAfterMs + TRANSFER_SLACK_MS);
      const allowed = TRANSFER_SLACK_MS + 3 * usualTransferMs;
      return took > allowed && took > (partTarget * 1000) / 2
        ? [
            `${nameOf(exchange.url)}: ${exchange.body.length} bytes took ${seconds(took)}, others ${seconds(usualTransferMs)}`,
          ]
        : [];
    },
  ),
  rule(
    'absent-part',
    ['hls.absent-refused', '6.2.6', 'warning', 'What is neither there nor hinted at is not found, at once.'],
    ({ exchange, targetDuration }) => {
      const { status, url, headerAfterMs } = exchange;
      if (!isRefusal(status)) return [`${nameOf(url)} answered ${status}`];
      const limit = Math.max(AT_ONCE_MS, (targetDuration * 1000) / 2);
      return headerAfterMs > limit ? [`${nameOf(url)} answered ${status} after ${seconds(headerAfterMs)}`] : [];
    },
  ),
  rule(
    'ended',
    [
      'hls.ended-ignores-directives',
      '6.2.5.2',
      'error',
      'A playlist that has ended is answered whole and at once, whatever is asked.',
    ],
    ({ exchange: { status, headerAfterMs }, query, answer }) => {
      if (status !== 200 || !answer) return [`${query} answered ${status}`];
      if (answer.skipped !== undefined) return [`${query} answered with a delta update`];
      return headerAfterMs > AT_ONCE_MS ? [`${query} answered after ${seconds(headerAfterMs)}`] : [];
    },
  ),
];

const isRefusal = (status: number): boolean => status >= 400 && status < 500;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const nameOf = (url: string): string => new URL(url).pathname.split('/').at(-1)!;

/** Evidence where a reload was answered without what it asked for. A 503 says that it did not come in time. */
function notListed(
  { status, headerAfterMs }: Exchange,
  wanted: Position,
  answer: MediaPlaylist | undefined,
  asked = wanted,
): string[] {
  const query = `_HLS_msn=${asked.msn}${asked.part === undefined ? '' : `&_HLS_part=${asked.part}`}`;
  if (status === 503) return [];
  if (status !== 200 || !answer) return [`${query} answered ${status}`];
  return answer.ended || isListed(answer, wanted)
    ? []
    : [
        `${query} answered after ${seconds(headerAfterMs)} with a playlist that ends at segment ${answer.segments.at(-1)?.msn ?? 'none'}`,
      ];
}

/** Whether the playlist lists the part, or the whole segment, or anything later. */
export function isListed({ segments }: MediaPlaylist, { msn, part }: Position): boolean {
  const last = segments.at(-1);
  if (!last) return false;
  if (last.msn > msn) return part !== undefined || segments.some((segment) => segment.msn >= msn && segment.complete);
  if (last.msn < msn) return false;
  return last.complete || (part !== undefined && last.parts.length > part);
}

/** Segments that begin further than the skip boundary from the end of the last complete one (6.2.5.1). */
function hasSomethingToSkip(playlist: MediaPlaylist): boolean {
  const { serverControl, segments, ended } = playlist;
  if (serverControl?.canSkipUntil === undefined || ended) return false;
  const complete = segments.filter((segment) => segment.complete);
  const listed = complete.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
  const oldest = complete[0]?.duration ?? 0;
  // A segment counts as old when all of it is: how a straddling one is counted is not said.
  return listed - oldest > serverControl.canSkipUntil + (hasParts(playlist) ? 0.1 : 0);
}
