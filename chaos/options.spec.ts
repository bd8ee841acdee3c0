import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.js';

describe('the options of a chaos run', () => {
  it('are a length and a seed', () => {
    expect(parseOptions(['--minutes', '0.5', '--seed', '7'])).toEqual({
      kind: 'run',
      options: { seconds: 30, seed: 7, json: false },
    });
  });

  it('are ten minutes and a seed of its own when nothing is said', () => {
    expect(parseOptions([])).toEqual({ kind: 'run', options: { seconds: 600, seed: expect.any(Number), json: false } });
  });

  it.each([
    ['--minutes 0.1', '--minutes must be from 0.5 to 1440, not "0.1"'],
    ['--minutes long', '--minutes must be a number, not "long"'],
    ['--seed 1.5', '--seed must be a whole number from 0 to 4294967295, not "1.5"'],
    ['--gently', '--gently'],
  ])('are refused in words: %s', (line, problem) => {
    expect(parseOptions(line.split(' '))).toMatchObject({ kind: 'wrong', problem: expect.stringContaining(problem) });
  });
});
