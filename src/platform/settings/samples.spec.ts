import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hashToken, newToken } from '../auth/token.js';
import { isLoopback } from './agreements.js';
import { readSettings } from './read-settings.js';
import { describeSettings } from './settings-docs.js';

const FOLDER = fileURLToPath(new URL('../../../config/samples/', import.meta.url));
const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.env')).sort();
const known = new Set(describeSettings().flatMap(({ name }) => [name, `${name}_FILE`]));

/** What the files that a sample names would hold. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/api-tokens$/, `anna:control:${hashToken(newToken())}\nprometheus:read:${hashToken(newToken())}\n`],
  [/playback-secret$/, 'a-secret-of-thirty-two-characters'],
  [/webhook-urls$/, 'https://hooks.example.com/lockstep'],
  [/webhook-secret$/, `whsec_${Buffer.alloc(32, 7).toString('base64')}`],
];
const secretIn = (path: string): string => SECRETS.find(([name]) => name.test(path))![1];

const sample = async (file: string) => parseEnv(await readFile(`${FOLDER}${file}`, 'utf8'));

describe('the sample configurations', () => {
  it('are five, and docs/samples.md explains each', async () => {
    expect(files).toEqual([
      ...['behind-cloudfront.env', 'event-crew.env', 'laptop.env', 'single-server-24x7.env', 'small-platform.env'],
    ]);
    const page = await readFile(new URL('../../../docs/samples.md', import.meta.url), 'utf8');
    for (const file of files) expect(page).toContain(`config/samples/${file}`);
  });

  it.each(files)('%s starts a server as it is', async (file) => {
    const settings = readSettings(await sample(file), secretIn);
    expect(settings.apiTokens !== undefined || isLoopback(settings.apiHost)).toBe(true);
    expect(settings.apiOpen).toBe(false);
  });

  it.each(files)('%s sets nothing but settings, and no secret in the open', async (file) => {
    const env = await sample(file);
    for (const name of Object.keys(env)) expect(known, name).toContain(name);
    for (const name of ['API_TOKENS', 'PLAYBACK_SECRET', 'WEBHOOK_SECRET']) expect(env).not.toHaveProperty(name);
  });
});
