import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { FfmpegProcess } from '../../ffmpeg/index.js';
import { Tap } from './tap.js';

/** A child whose end nobody has been told of yet. */
function pretend() {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let written = '';
  stdin.on('data', (bytes: Buffer) => (written += bytes.toString()));
  const child = { stdin, stdout, alive: true, exited: new Promise(() => undefined), kill: vi.fn() };
  return { child: child as unknown as FfmpegProcess, stdin, stdout, written: () => written };
}

describe('a tap', () => {
  it('gives its reader everything from the beginning, and keeps nothing once it is handed over', async () => {
    const [source, decoder] = [pretend(), pretend()];
    const tap = new Tap(source.child, () => undefined);
    source.stdout.write('one ');
    await tap.begun;
    expect(tap.held.toString()).toBe('one ');
    tap.handTo(decoder.child);
    source.stdout.write('two');
    await expect.poll(decoder.written).toBe('one two');
    expect(tap.held).toHaveLength(0);
  });

  it.each(['before', 'after'])('ends its reader when it ends %s that is there', async (when) => {
    const [source, decoder] = [pretend(), pretend()];
    const tap = new Tap(source.child, () => undefined);
    const ended = new Promise((resolve) => decoder.stdin.once('end', resolve));
    const over = new Promise((resolve) => source.stdout.once('close', resolve));
    source.stdout.write('all there is');
    await tap.begun;
    if (when === 'after') tap.handTo(decoder.child);
    source.stdout.end();
    await over;
    if (when === 'before') tap.handTo(decoder.child);
    await ended;
    expect(decoder.written()).toBe('all there is');
  });

  it('lets a source wait that sends more than is kept, until somebody decodes it', async () => {
    const [source, decoder] = [pretend(), pretend()];
    const tap = new Tap(source.child, () => undefined);
    const bite = Buffer.alloc(8 * 1024 * 1024);
    for (let count = 0; count < 6; count += 1) source.stdout.write(bite);
    await expect.poll(() => tap.isFull).toBe(true);
    expect(source.stdout.isPaused()).toBe(true);
    tap.handTo(decoder.child);
    expect(source.stdout.isPaused()).toBe(false);
  });
});
