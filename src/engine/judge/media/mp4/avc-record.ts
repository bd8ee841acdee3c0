/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1). PURE. */

export interface AvcRecord {
  /** AVCProfileIndication, profile_compatibility and AVCLevelIndication in hexadecimal: what the codec string says. */
  readonly profile: string;
  /** Bytes of the length before every NAL unit. */
  readonly nalLengthBytes: number;
  readonly sps: readonly Buffer[];
  readonly pps: readonly Buffer[];
}

/** Throws RangeError when it ends within a parameter set. */
export function readAvcRecord(payload: Buffer): AvcRecord {
  const sps = readSets(payload, 6, payload.readUInt8(5) & 0x1f);
  const pps = readSets(payload, sps.end + 1, payload.readUInt8(sps.end));
  return {
    profile: payload.toString('hex', 1, 4),
    nalLengthBytes: (payload.readUInt8(4) & 3) + 1,
    sps: sps.sets,
    pps: pps.sets,
  };
}

function readSets(payload: Buffer, from: number, count: number): { sets: Buffer[]; end: number } {
  const sets: Buffer[] = [];
  let at = from;
  for (let index = 0; index < count; index += 1) {
    const end = at + 2 + payload.readUInt16BE(at);
    if (end > payload.length) throw new RangeError('a parameter set of avcC leaves its box');
    sets.push(payload.subarray(at + 2, end));
    at = end;
  }
  return { sets, end: at };
}
