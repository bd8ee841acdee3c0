/** Common Media Client Data (CTA-5004): what a player tells of itself with a request. PURE. */

export interface Cmcd {
  /** `sid`: the playback session, an id of the player's own making. */
  readonly session?: string;
  /** `bs`: its buffer ran empty since its last request. */
  readonly starved: boolean;
  /** `bl`: media in its buffer, ms. */
  readonly bufferMs?: number;
  /** `br`: the bit rate of what it asks for, kbit/s. */
  readonly bitrateKbps?: number;
  /** `mtp`: the throughput it measures, kbit/s. */
  readonly throughputKbps?: number;
}

/** More than anybody sends: what is longer is not looked at (CTA-5004 has no limit of its own). */
const LONGEST = 2_000;
/** A day of buffer, a terabit: what is beyond is a mistake, or mischief. */
const MOST_MS = 86_400_000;
const MOST_KBPS = 1e9;
/** Key, `=`, and a quoted string or a token; or a key alone, which is true. */
const PAIR = /\s*([A-Za-z][\w.-]*)(?:=(?:"((?:[^"\\]|\\.)*)"|([^,"\s]*)))?\s*(?:,|$)/y;

/** Reads the keys above from header values or a query's value, joined by commas; undefined where there are none. */
export function parseCmcd(text: string): Cmcd | undefined {
  if (text === '' || text.length > LONGEST) return undefined;
  const pairs = pairsOf(text);
  if (pairs.size === 0) return undefined;
  const session = pairs.get('sid');
  return {
    ...(session !== undefined && session !== '' && { session: session.slice(0, 64) }),
    starved: pairs.has('bs') && pairs.get('bs') !== 'false',
    ...numbered('bufferMs', pairs.get('bl'), MOST_MS),
    ...numbered('bitrateKbps', pairs.get('br'), MOST_KBPS),
    ...numbered('throughputKbps', pairs.get('mtp'), MOST_KBPS),
  };
}

/** Up to the first thing that is no pair: what follows cannot be trusted to be one. */
function pairsOf(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < text.length) {
    const found = PAIR.exec(text);
    if (!found) break;
    pairs.set(found[1]!, found[2] ?? found[3] ?? 'true');
  }
  return pairs;
}

function numbered<Name extends string>(name: Name, text: string | undefined, most: number): { [key in Name]?: number } {
  if (text === undefined || !/^\d{1,10}$/.test(text) || Number(text) > most) return {};
  return { [name]: Number(text) } as { [key in Name]: number };
}
