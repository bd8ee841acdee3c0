import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScript } from './read-script.js';
import { WORDS } from './words.js';

const problemOf = (script: string): string => {
  try {
    readScript(script);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing';
};

describe('a script', () => {
  it('is words with their arguments, in order, apart by any white space', () => {
    expect(readScript('up 20  drop 10\nslow 5 jump -3 loop')).toEqual([
      { text: 'up 20', kind: 'spell', name: 'up', seconds: 20 },
      { text: 'drop 10', kind: 'spell', name: 'drop', seconds: 10 },
      { text: 'slow 5', kind: 'spell', name: 'slow', seconds: 5 },
      { text: 'jump -3', kind: 'jump', seconds: -3 },
      { text: 'loop', kind: 'loop' },
    ]);
  });

  it('may be empty', () => {
    expect(readScript('  ')).toEqual([]);
  });

  it.each([
    ['late 700', { kind: 'lasting', name: 'late', amount: 700 }],
    ['drift -200', { kind: 'lasting', name: 'drift', amount: -200 }],
    ['lossy 0.5', { kind: 'lasting', name: 'lossy', amount: 0.5 }],
    ['burst 2.5', { kind: 'spell', name: 'freeze', seconds: 2.5 }],
    ['size 1280x720', { kind: 'picture', change: { width: 1280, height: 720 } }],
    ['rate 25', { kind: 'picture', change: { rate: { num: 25, den: 1 } } }],
    ['rate 30000/1001', { kind: 'picture', change: { rate: { num: 30_000, den: 1001 } } }],
    ['samplerate 44100', { kind: 'picture', change: { sampleRate: 44_100 } }],
    ['sound off', { kind: 'picture', change: { sound: false } }],
    ['wrap', { kind: 'wrap' }],
    ['end', { kind: 'end' }],
  ])('understands %s', (text, meaning) => {
    expect(readScript(text)).toEqual([{ text, ...meaning }]);
  });

  it('understands the example of every word', () => {
    for (const { example } of Object.values(WORDS).filter(({ example }) => example !== 'loop'))
      expect(readScript(example)).toHaveLength(1);
  });

  it.each([
    ['up 5 dorp 3', 'word 2, "dorp" (column 6): no such word. Did you mean "drop"? The words are up, drop,'],
    ['up 5 constructor 3', 'word 2, "constructor" (column 6): no such word. The words are'],
    ['up ten', 'word 1, "up" (column 1): it needs seconds, such as "up 10", not "ten"'],
    ['up 5 drop', 'word 2, "drop" (column 6): it needs seconds, such as "drop 10"'],
    ['late -1', 'word 1, "late" (column 1): it needs milliseconds, 0 to 60000, such as "late 700", not "-1"'],
    ['jump 0', 'it needs seconds, such as "jump -30", not "0"'],
    ['size 641x360', 'it needs WIDTHxHEIGHT, even, 16 to 4096, such as "size 1280x720", not "641x360"'],
    ['rate 240', 'it needs frames per second up to 120, such as "rate 30000/1001", not "240"'],
    ['samplerate 48001', 'it needs a sample rate of AAC in Hz, such as "samplerate 44100", not "48001"'],
    ['sound maybe', 'it needs on or off, such as "sound off", not "maybe"'],
    ['up 1 loop drop 1', 'word 3, "drop" (column 11): nothing is played after "loop"; leave it out'],
    ['late 5 loop', 'word 2, "loop": what it repeats takes no time'],
    ['picture off up 5 sound off', 'word 3, "sound off": neither picture nor sound is left; write "picture on" before'],
    ['sound on up 1 picture off up 1 sound off', 'word 5, "sound off"'],
  ])('is refused with the word, its place and the remedy: %s', (script, problem) => {
    expect(problemOf(script)).toContain(problem);
  });

  it('is refused when only its second round would leave neither picture nor sound', () => {
    expect(problemOf('picture on sound off up 1 sound on picture off up 1 loop')).toBe('nothing');
    expect(problemOf('sound off up 1 picture on sound on picture off up 1 loop')).toContain('word 1, "sound off"');
  });

  it('refuses in words whatever it is given, and never breaks', () => {
    const word = fc.oneof(fc.constantFrom(...Object.keys(WORDS)), fc.string(), fc.integer().map(String));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const problem = problemOf(words.join(' '));
        expect(problem === 'nothing' || problem.startsWith('word ')).toBe(true);
      }),
    );
  });
});
