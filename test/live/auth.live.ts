/** Secrets and the address of the real server: when it does not start, what it says when it does, and who sees its secrets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { hashToken, newToken } from '../../src/platform/auth/token.js';
import { ffmpegChildren, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const TOKEN = newToken();
const ENTRY = `anna:control:${hashToken(TOKEN)}`;

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Starts it with settings that do not allow a start; gives its exit code and its words. */
async function refusal(env: Record<string, string>): Promise<readonly [number | null, string]> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [words, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number | null]>]);
  return [code, words];
}

describe('the built server', () => {
  it('does not start on an address that others reach without a token, and says three ways out', async () => {
    const [code, words] = await refusal({ API_HOST: '0.0.0.0' });
    expect(code).toBe(78);
    for (const way of ['API_TOKENS', 'API_HOST to 127.0.0.1', 'API_OPEN=true']) expect(words).toContain(way);
  });

  it('tells every fault at once, and no secret', async () => {
    const [code, words] = await refusal({
      API_TOKENS: `anna:control:${TOKEN}`,
      API_PORT: 'http',
      PLAYBACK_SECRET_FILE: '/nowhere',
    });
    expect(code).toBe(78);
    expect(words).not.toContain(TOKEN);
    expect(words.match(/^ {2}(API_PORT|API_TOKENS|PLAYBACK_SECRET_FILE) is /gm)).toHaveLength(3);
  });

  it('says at its start that it asks for no token', async () => {
    server = await startServer();
    expect(server.log()).toContain('the API asks for no token: only this machine reaches it');
  });

  it('takes its tokens from a file, names their owners in the log, and keeps them from ffmpeg', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-secrets-'));
    try {
      await writeFile(join(folder, 'tokens'), `${ENTRY}\n`);
      const secret = 'playback-secret-0123456789';
      server = await startServer({ env: { API_TOKENS_FILE: join(folder, 'tokens'), PLAYBACK_SECRET: secret } });
      expect(server.log()).toContain('anna:control');
      expect(server.log()).not.toContain(hashToken(TOKEN));
      expect((await fetch(`${server.url}/streams`)).status).toBe(401);
      const answer = await fetch(`${server.url}/streams`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ stream_id: 'own', source_url: 'test:', qualities: ['240p'], stale_after: null }),
      });
      expect([answer.status, await answer.text()]).toEqual([201, expect.stringContaining('own')]);
      const { outputDir } = server;
      const [child] = await until('an ffmpeg runs', async () => {
        const pids = await ffmpegChildren(outputDir);
        return pids.length > 0 && pids;
      });
      expect(await readFile(`/proc/${child}/environ`, 'utf8')).not.toContain(secret);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
