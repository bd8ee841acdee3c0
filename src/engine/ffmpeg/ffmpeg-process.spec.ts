import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FfmpegProcess } from './ffmpeg-process.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-pretend-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A pretend ffmpeg: a small Node program. */
function pretend(name: string, source: string, extraOutputs = 0): FfmpegProcess {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, source);
  return new FfmpegProcess({ program: process.execPath, args: [file], extraOutputs });
}

const firstLine = (child: FfmpegProcess): Promise<string> =>
  new Promise((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())));

describe('a child process', () => {
  it('tells its exit code and its last words, and no more than the last', async () => {
    const exit = await pretend(
      'talker',
      `for (let i = 0; i < 500; i += 1) console.error('line ' + i); process.exitCode = 3;`,
    ).exited;
    expect(exit.code).toBe(3);
    expect(exit.lastWords.at(-1)).toBe('line 499');
    expect(exit.lastWords.length).toBeLessThanOrEqual(40);
  });

  it('writes to pipes of its own beyond the usual three', async () => {
    const child = pretend('pipes', `import fs from 'node:fs'; fs.writeSync(3, 'three'); fs.writeSync(4, 'four');`, 2);
    const read = (index: number): Promise<string> =>
      new Promise((resolve) => child.output(index).once('data', (bytes: Buffer) => resolve(bytes.toString())));
    expect(await Promise.all([read(0), read(1)])).toEqual(['three', 'four']);
  });

  it('is ended by force when it does not listen', async () => {
    const child = pretend('deaf', `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log('ready');`);
    await firstLine(child);
    const exit = await child.stop(50);
    expect([exit.signal, child.alive]).toEqual(['SIGKILL', false]);
  });

  it('is ended together with the children it has', async () => {
    const child = pretend(
      'parent',
      `import { spawn } from 'node:child_process';
       const grandchild = spawn('sleep', ['1000'], { stdio: 'ignore' });
       console.log(grandchild.pid); setInterval(() => {}, 1e6);`,
    );
    const grandchild = Number(await firstLine(child));
    child.kill();
    await child.exited;
    await expect.poll(() => isAlive(grandchild)).toBe(false);
  });

  it('that cannot be started is an exit, not an exception', async () => {
    const exit = await new FfmpegProcess({ program: '/nonexistent/ffmpeg', args: [] }).exited;
    expect(exit.code).not.toBe(0);
    expect(exit.lastWords.join(' ')).toContain('/nonexistent/ffmpeg');
  });

  it('survives being written to after it has gone', async () => {
    const child = pretend('gone', 'process.exit(0);');
    await child.exited;
    child.stdin.write('too late');
    child.kill();
    expect(child.alive).toBe(false);
  });
});

/** A process that has ended but was not waited for yet (Z) is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
