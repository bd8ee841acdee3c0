/** NAL units between start codes (ISO/IEC 14496-10 annex B), as far as rules look into them. PURE. */

export interface Nal {
  readonly bytes: Buffer;
}

const START_CODE = Buffer.from([0, 0, 1]);

/** The NAL units of an access unit, without start codes; `limit` of them at most. */
export function annexBNals(stream: Buffer, limit = Infinity): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = stream.indexOf(START_CODE); at >= 0 && nals.length < limit;) {
    const next = stream.indexOf(START_CODE, at + 3);
    nals.push(stream.subarray(at + 3, next < 0 ? stream.length : next));
    at = next;
  }
  return nals;
}

/** What nal_unit_type means to the rules. */
export interface VideoSyntax {
  /** Of the codec string: `avc1`, `hvc1`. */
  readonly family: string;
  readonly typeOf: (nal: Buffer) => number;
  readonly isKey: (type: number) => boolean;
  readonly isPicture: (type: number) => boolean;
  readonly delimiter: number;
  /** All of these go before a picture that can be joined at. */
  readonly parameterSets: readonly number[];
  /** Codec string (RFC 6381) from the sequence parameter set. */
  readonly codecOf: (sps: Buffer) => string;
  readonly sps: number;
}

/** By stream_type (ISO/IEC 13818-1 table 2-34). */
export const VIDEO_SYNTAX: Readonly<Record<number, VideoSyntax>> = {
  0x1b: {
    family: 'avc1',
    typeOf: (nal) => (nal[0] ?? 0) & 0x1f,
    isKey: (type) => type === 5,
    isPicture: (type) => type >= 1 && type <= 5,
    delimiter: 9,
    sps: 7,
    parameterSets: [7, 8],
    codecOf: (sps) => `avc1.${sps.toString('hex', 1, 4)}`,
  },
  0x24: {
    family: 'hvc1',
    typeOf: (nal) => ((nal[0] ?? 0) >> 1) & 0x3f,
    isKey: (type) => type >= 16 && type <= 21,
    isPicture: (type) => type <= 31,
    delimiter: 35,
    sps: 33,
    parameterSets: [32, 33, 34],
    // Profile, tier and level are behind escaped bytes: better no string than a wrong one.
    codecOf: () => '',
  },
};
