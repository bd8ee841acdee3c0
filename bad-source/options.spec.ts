import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.js';

describe('the options of a bad source', () => {
  it('are a script, in one argument or in several, and a seed', () => {
    const options = { script: 'up 20 drop 10', seed: 1, port: 0, push: undefined };
    expect(parseOptions(['up 20 drop 10'])).toEqual({ kind: 'run', options });
    expect(parseOptions(['up', '20', 'drop', '10', '--seed', '7'])).toEqual({
      kind: 'run',
      options: { ...options, seed: 7 },
    });
    expect(parseOptions([])).toMatchObject({ kind: 'run', options: { script: '' } });
  });

  it.each([
    [['up 20 dorp 10'], 'Did you mean "drop"?'],
    [['--seed', 'x'], '--seed must be a whole number from 0 to 4294967295, not "x"'],
    [['--port', '70000'], '--port must be a whole number from 0 to 65535, not "70000"'],
    [['--push', 'http://127.0.0.1/'], '--push must begin with srt://'],
    [['--push', 'srt://127.0.0.1:9000', '--port', '9000'], '--port and --push exclude each other'],
    [['--loud'], '--loud'],
  ])('are refused in words: %s', (args, problem) => {
    expect(parseOptions(args)).toMatchObject({ kind: 'wrong', problem: expect.stringContaining(problem) });
  });
});
