/** Whether rendition reports are true (rfc8216bis 4.4.5.4; L10). PURE. */
import type { Rule } from '../../rule.js';
import type { Position, RenditionReport } from '../playlist.js';

/** A report, and where the playlist it is about really was. */
export interface ReportCheck {
  readonly report: RenditionReport;
  /** What the report says, omitted attributes filled in. */
  readonly said: Position;
  /** What the other playlist listed for some time already when this one was sent; undefined: not known. */
  readonly atLeast: Position | undefined;
  /** What the other playlist listed when it was asked for after this one had come; undefined: not known. */
  readonly atMost: Position | undefined;
}

export const REPORT_RULES: readonly Rule<ReportCheck>[] = [
  {
    id: 'hls.report-up-to-date',
    clause: 'rfc8216bis 4.4.5.4',
    severity: 'warning',
    text: 'A rendition report is as up to date as the playlist it is in.',
    check: ({ report, said, atLeast }) =>
      atLeast && isBefore(said, atLeast)
        ? [`line ${report.line} ${report.text}: it already listed ${show(atLeast)}`]
        : [],
  },
  {
    id: 'hls.report-not-ahead',
    clause: 'rfc8216bis 4.4.5.4',
    severity: 'error',
    text: 'A rendition report does not promise what is not listed yet.',
    check: ({ report, said, atMost }) =>
      atMost && isBefore(atMost, said)
        ? [`line ${report.line} ${report.text}: fetched later, it listed ${show(atMost)}`]
        : [],
  },
];

const isBefore = (one: Position, other: Position): boolean =>
  one.msn < other.msn ||
  (one.msn === other.msn && one.part !== undefined && other.part !== undefined && one.part < other.part);

const show = ({ msn, part }: Position): string => `segment ${msn}${part === undefined ? '' : ` part ${part}`}`;
