import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRatio, mulDivCeil, mulDivFloor, parseRatio, ratio } from './ratio.js';

describe('a ratio', () => {
  it.each([
    ['30', '30'],
    ['30/1', '30'],
    ['60000/2002', '30000/1001'],
    ['16:9', '16/9'],
    [' 25 ', '25'],
  ])('reads %j as %s, in lowest terms', (text, expected) => {
    expect(formatRatio(parseRatio(text)!)).toBe(expected);
  });

  it.each(['0/0', '0', '30/0', 'N/A', '', '-25', '29.97', '1/2/3'])('does not read %j', (text) => {
    expect(parseRatio(text)).toBeUndefined();
  });

  it('is made of positive whole numbers only', () => {
    expect(() => ratio(0)).toThrow('two positive integers');
    expect(() => ratio(1, -1)).toThrow('two positive integers');
    expect(() => ratio(29.97)).toThrow('two positive integers');
  });
});

describe('multiplying and dividing', () => {
  const factor = fc.integer({ min: -(2 ** 44), max: 2 ** 44 });
  const positive = fc.integer({ min: 1, max: 1e8 });

  it('rounds down exactly, far beyond the safe integers and below zero', () => {
    fc.assert(
      fc.property(factor, positive, positive, (a, b, c) => {
        const [product, divisor] = [BigInt(a) * BigInt(b), BigInt(c)];
        const truncated = product / divisor;
        const exact = product < 0n && truncated * divisor !== product ? truncated - 1n : truncated;
        expect(mulDivFloor(a, b, c)).toBe(Number(exact));
      }),
    );
  });

  it('rounds up to the same value where there is no remainder, and to one more where there is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), positive, fc.integer({ min: 1, max: 4096 }), (a, b, c) => {
        const whole = (BigInt(a) * BigInt(b)) % BigInt(c) === 0n;
        fc.pre(Number.isSafeInteger(Math.ceil((a / c) * b) + 1));
        expect(mulDivCeil(a, b, c) - mulDivFloor(a, b, c)).toBe(whole ? 0 : 1);
      }),
    );
  });
});
