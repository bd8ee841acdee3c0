import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsIn } from './event-stream.js';

const TEXT = [
  ': hello\n\n',
  'retry: 1000\n\n',
  'id: 7\nevent: stream.playable\ndata: {"a":\ndata: "é"}\n\n',
  'data:no space\r\n\r\n',
  'event: ping\n\n',
  'id: 9\rdata\r\r',
  'data: cut off',
].join('');

async function* pieces(cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(TEXT);
  const at = [0, ...[...cuts].sort((one, other) => one - other).map((cut) => cut % bytes.length), bytes.length];
  for (const [index, from] of at.sort((one, other) => one - other).entries()) {
    yield bytes.subarray(from, at[index + 1] ?? bytes.length);
    await Promise.resolve();
  }
}

async function read(cuts: readonly number[]) {
  const events = [];
  for await (const event of eventsIn(pieces(cuts))) events.push(event);
  return events;
}

const EVENTS = [
  { id: '7', type: 'stream.playable', data: '{"a":\n"é"}' },
  { id: '7', type: 'message', data: 'no space' },
  { id: '9', type: 'message', data: '' },
];

describe('reading server-sent events', () => {
  it('gives those that are whole, and neither comments nor what was cut off', async () => {
    expect(await read([])).toEqual(EVENTS);
  });

  it('does not depend on how the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 500 }), { maxLength: 12 }), async (cuts) => {
        expect(await read(cuts)).toEqual(EVENTS);
      }),
    );
  });
});
