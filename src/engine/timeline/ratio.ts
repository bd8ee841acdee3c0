/** Exact rational arithmetic for rates and times: nothing here accumulates a rounding error. */

/** A positive fraction, such as 30000/1001 frames per second. Always in lowest terms when made by `ratio()`. */
export interface Ratio {
  readonly num: number;
  readonly den: number;
}

export function ratio(num: number, den = 1): Ratio {
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den) || num <= 0 || den <= 0) {
    throw new RangeError(`a ratio needs two positive integers, got ${num}/${den}`);
  }
  const divisor = greatestCommonDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}

/** Reads `30`, `30/1` or `30000/1001`; undefined for anything else, including ffprobe's `0/0`. */
export function parseRatio(text: string): Ratio | undefined {
  const match = /^(\d+)(?:[/:](\d+))?$/.exec(text.trim());
  if (!match) return undefined;
  const [num, den] = [Number(match[1]), Number(match[2] ?? 1)];
  return num > 0 && den > 0 ? ratio(num, den) : undefined;
}

export const toNumber = ({ num, den }: Ratio): number => num / den;

export const formatRatio = ({ num, den }: Ratio): string => (den === 1 ? `${num}` : `${num}/${den}`);

/** floor(a × b / c), exact even where a × b leaves the safe integers (a 59.94 fps stream's milliseconds do). */
export function mulDivFloor(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) return Math.floor(product / c);
  const [bigProduct, bigC] = [BigInt(a) * BigInt(b), BigInt(c)];
  const quotient = bigProduct / bigC;
  return Number(bigProduct < 0n && quotient * bigC !== bigProduct ? quotient - 1n : quotient);
}

/** ceil(a × b / c), exact. */
export function mulDivCeil(a: number, b: number, c: number): number {
  return 0 - mulDivFloor(0 - a, b, c);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
