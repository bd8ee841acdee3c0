/** Judges MPDs as texts: one alone, and one after another. PURE. */
import { violationsOf, type Place, type Violation } from '../rule.js';
import type { Mpd } from './mpd.js';
import { readMpd } from './read-mpd.js';
import {
  ADDRESSING_RULES,
  CHANGE_RULES,
  DOCUMENT_RULES,
  LOW_LATENCY_RULES,
  PERIOD_RULES,
  ROOT_RULES,
  SCHEMA_RULES,
  type MpdChange,
} from './rules/index.js';

const MPD_RULES = [...SCHEMA_RULES, ...ROOT_RULES, ...PERIOD_RULES, ...ADDRESSING_RULES, ...LOW_LATENCY_RULES];

/** Every rule that can be seen in texts alone. */
export const ALL_TEXT_RULES = [...DOCUMENT_RULES, ...MPD_RULES, ...CHANGE_RULES].map(({ id }) => ({ id }));

export interface JudgedMpd {
  /** Undefined where the text is no MPD. */
  readonly mpd: Mpd | undefined;
  readonly violations: readonly Violation[];
}

export function judgeMpd(bytes: Buffer, place: Place): JudgedMpd {
  const { document, mpd } = readMpd(bytes, place.url);
  const broken = violationsOf(DOCUMENT_RULES, document, place);
  return { mpd, violations: mpd ? [...broken, ...violationsOf(MPD_RULES, mpd, place)] : broken };
}

export const judgeMpdChange = (change: MpdChange, place: Place): Violation[] =>
  violationsOf(CHANGE_RULES, change, place);
