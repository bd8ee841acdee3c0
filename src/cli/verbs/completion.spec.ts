import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aStream, lockstepIn, pretendApi, type PretendApi } from '../testing.js';

let api: PretendApi;
beforeEach(async () => {
  api = await pretendApi();
  api.answers({ body: [aStream(), aStream({ stream_id: 'concert', status: 'filling' })] });
});
afterEach(() => api.stop());

/** The last word is the one being typed. */
const completed = async (...words: readonly string[]): Promise<string[]> => {
  const { out } = await lockstepIn(['complete', '--', ...words], { env: { LOCKSTEP_URL: api.url } });
  return out.split('\n').filter((line) => line !== '');
};
const values = async (...words: readonly string[]) => (await completed(...words)).map((line) => line.split('\t')[0]);

describe('completion', () => {
  it('offers the verbs, with what they do', async () => {
    expect(await completed('st')).toEqual([
      'start\tstart a stream',
      'stop\tend a stream: its playlists end, late viewers see it to the end',
    ]);
    expect(await values('webhooks', '')).toEqual(['list', 'show', 'redeliver', 'help']);
    expect(await values('')).not.toContain('complete');
  });

  it('offers the options of the verb and of all verbs', async () => {
    expect(await values('start', 'camera', 'test:', '--s')).toEqual([
      ...['--segment-format', '--slate-text', '--slate-image', '--slate-after', '--stale-after', '--server'],
    ]);
  });

  it('offers what an option or an argument may be', async () => {
    expect(await values('start', 'camera', '--segment-format', '')).toEqual(['fmp4', 'mpegts']);
    expect(await values('log-level', 'd')).toEqual(['debug']);
    expect(await values('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('offers the ids of the streams there are, where one is wanted', async () => {
    expect(await completed('stop', 'c')).toEqual(['camera\tlive', 'concert\tfilling']);
    expect(await values('--json', 'explain', '--watch', 'con')).toEqual(['concert']);
    expect(await values('source', 'camera', '')).toEqual([]);
    expect(await values('start', '')).toEqual([]);
  });

  it('asks the server that was named on the line', async () => {
    const other = await pretendApi();
    other.answers({ body: [aStream({ stream_id: 'elsewhere' })] });
    expect(await values('--server', other.url, 'info', '')).toEqual(['elsewhere']);
    expect(await values(`--server=${other.url}`, 'info', '')).toEqual(['elsewhere']);
    await other.stop();
  });

  it('offers nothing, and says nothing, when no server answers', async () => {
    await api.stop();
    expect(await lockstepIn('complete -- info c', { env: { LOCKSTEP_URL: api.url } })).toEqual({
      ...{ code: 0, out: '', err: '' },
    });
  });
});

describe('the script for bash', () => {
  it('puts what is offered into the line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-completion-'));
    const program = join(folder, 'lockstep');
    await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "asked $*	x" "camera	live"\n`);
    await chmod(program, 0o755);
    const { out } = await lockstepIn('completion bash');
    const ask = `COMP_WORDS=('${program}' stop c); COMP_CWORD=2; _lockstep; printf '%s|' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', `${out}\n${ask}`]);
    await rm(folder, { recursive: true, force: true });
    expect(stdout).toBe('asked complete -- stop c|camera|');
  });
});
