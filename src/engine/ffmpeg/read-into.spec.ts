import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FfmpegProcess } from './ffmpeg-process.js';
import { readBytes, readInto, type Flow } from './read-into.js';

const TOTAL = 3_000_000;

/** Puts everything into a memory of 1,000 bytes, again and again. */
function collect(output: Readable): { readonly seen: () => Buffer; readonly memories: Set<ArrayBufferLike> } {
  const memory = Buffer.alloc(1_000);
  const memories = new Set<ArrayBufferLike>();
  const parts: Buffer[] = [];
  let filled = 0;
  readInto(output, {
    get room() {
      const room = memory.subarray(filled);
      memories.add(room.buffer);
      return room;
    },
    took: (bytes) => {
      parts.push(Buffer.from(memory.subarray(filled, filled + bytes)));
      filled = (filled + bytes) % memory.length;
    },
  });
  return { seen: () => Buffer.concat(parts), memories };
}

const child = (script: string): FfmpegProcess =>
  new FfmpegProcess({ program: process.execPath, args: ['-e', script], extraOutputs: 1 });

const expected = (): Buffer => Buffer.from(Array.from({ length: TOTAL }, (_, index) => index % 251));

describe('output read into given memory', () => {
  it('is all that a child writes, straight from its pipe, and the child is seen to end', async () => {
    const writer = child(
      `const bytes = Buffer.from(Array.from({ length: ${TOTAL} }, (_, index) => index % 251));
       for (let at = 0; at < bytes.length;) at += require('fs').writeSync(3, bytes, at);`,
    );
    const output = writer.output(0);
    const { seen, memories } = collect(output);
    // Node's own stream has nothing to do with it any longer: no buffer of its own is filled.
    expect((output as { _handle?: unknown })._handle).toBeNull();
    expect((await writer.exited).code).toBe(0);
    expect(seen().equals(expected())).toBe(true);
    expect(memories.size).toBe(1);
    expect(output.destroyed).toBe(true);
  });

  it('ends with a child that is killed in the middle of it', async () => {
    const writer = child(`require('fs').writeSync(3, 'some'); setInterval(() => {}, 1000);`);
    const { seen } = collect(writer.output(0));
    await expect.poll(() => seen().toString()).toBe('some');
    writer.kill();
    expect((await writer.exited).signal).toBe('SIGKILL');
  });

  it('waits while it is paused, and the end of the child is seen all the same', async () => {
    // Says 'more' when it is asked to, and then, elsewhere, that it has said it.
    const writer = child(
      `const { writeSync } = require('fs');
       writeSync(3, 'first ');
       process.stdin.on('data', () => { writeSync(3, 'more '); writeSync(1, 'said'); });`,
    );
    let taken = '';
    const flow: Flow = readBytes(writer.output(0), (bytes) => (taken += bytes.toString()));
    const sayMore = async (): Promise<void> => {
      writer.stdin.write('?');
      await once(writer.stdout, 'data');
    };
    await expect.poll(() => taken).toBe('first ');
    flow.pause();
    await sayMore();
    expect(taken).toBe('first ');
    flow.resume();
    await expect.poll(() => taken).toBe('first more ');
    flow.pause();
    await sayMore();
    writer.kill();
    expect((await writer.exited).signal).toBe('SIGKILL');
  });

  it('is copied where there is no pipe of Node', async () => {
    const output = new PassThrough();
    const { seen } = collect(output);
    output.end(expected());
    await new Promise((resolve) => output.once('close', resolve));
    expect(seen().equals(expected())).toBe(true);
  });
});
