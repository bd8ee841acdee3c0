import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamParser } from './event-stream';

const SENT = [
  ': the connection is alive\n\n',
  'id: 7\nevent: stream.started\ndata: {"a":1}\n\n',
  'data: two\ndata: lines\n\n',
  'retry: 1000\n\n',
  'id: 9\r\ndata:without a space\r\n\r\n',
].join('');

const MESSAGES = [
  { id: '7', data: '{"a":1}' },
  { id: '7', data: 'two\nlines' },
  { id: '9', data: 'without a space' },
];

describe('an event stream', () => {
  it('gives its messages, with the last id that was sent', () => {
    expect(new EventStreamParser().push(SENT)).toEqual(MESSAGES);
  });

  it('keeps what is not finished until the rest comes', () => {
    const parser = new EventStreamParser();
    expect(parser.push('data: half')).toEqual([]);
    expect(parser.push(' of it\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ id: '', data: 'half of it' }]);
  });

  it('gives the same messages wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(SENT.length), { maxLength: 8 }), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), SENT.length];
        const parser = new EventStreamParser();
        const pieces = cuts.slice(1).map((end, index) => SENT.slice(cuts[index], end));
        expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(MESSAGES);
      }),
    );
  });
});
