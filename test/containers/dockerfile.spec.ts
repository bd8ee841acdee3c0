/** The Dockerfile cannot be built here: it is read, and what it says is held against rules, the repository and the template of nginx. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SETTING_TABLE } from '../../src/platform/settings/index.js';
import { faultsOfDockerfile } from './dockerfile-rules.js';
import { imageConfig, ourDockerfile, ROOT } from './image.js';
import { placeholdersOf } from './nginx-template.js';

const faults = (text: string): string[] => faultsOfDockerfile(text, (path) => existsSync(join(ROOT, path)));

describe('the Dockerfile', () => {
  it('keeps to the rules', () => {
    expect(faults(ourDockerfile())).toEqual([]);
  });

  it.each([
    ['FROM node:latest', 'names no version'],
    ['FROM node', 'has no tag'],
    ['FROM node:24\nADD src /src', 'ADD fetches'],
    ['FROM node:24\nCOPY nowhere.json ./', 'COPY nowhere.json: there is no such file'],
    ['FROM node:24\nCOPY --from=built /a /a', 'COPY --from=built: there is no such stage'],
    ['FROM node:24\nRUN apt-get update && apt-get install -y ffmpeg', 'without --no-install-recommends'],
    ['FROM node:24\nRUN apt-get update && apt-get install -y --no-install-recommends ffmpeg', 'the lists of apt stay'],
    [
      'FROM node:24\nRUN apt-get install -y --no-install-recommends a && rm -rf /var/lib/apt/lists/*',
      'lists of another day',
    ],
    ['FROM node:24\nRUN npm install', 'npm ci'],
    ['FROM node:24\nRUN curl https://example.com/get | sh', 'what the network sends'],
    ['FROM node:24\nENV API_TOKENS=a:read:b', 'a secret in the image'],
    ['FROM node:24\nUSER node\nCMD ["node"]', 'runs as node'],
    ['FROM node:24\nUSER 1000:1000\nUSER 0:0', 'runs as 0:0'],
    ['FROM node:24\nUSER 1000:1000\nCMD node main.js', 'CMD is missing or not in exec form'],
    ['FROM node:24\nUSER 1000:1000\nCMD ["node"]', 'HEALTHCHECK is missing'],
  ])('would not be passed as %j', (text, says) => {
    expect(faults(text).join('\n')).toContain(says);
  });

  it('sends the builder what it copies, and nothing else', async () => {
    const ignored = await readFile(join(ROOT, '.dockerignore'), 'utf8');
    const sent = ignored.split('\n').filter((line) => line.startsWith('!'));
    const copied = [...ourDockerfile().matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
      paths!.split(' '),
    );
    expect(ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'))[0]).toBe('*');
    expect(sent.map((line) => line.slice(1)).sort()).toEqual(copied.sort());
  });
});

describe('the image of the server', () => {
  it('sets variables that are settings', () => {
    const names = Object.keys(imageConfig('server').env).filter((name) => name !== 'NODE_ENV');
    expect(names.filter((name) => !(name in SETTING_TABLE))).toEqual([]);
  });

  it('listens on all addresses, and so needs to be told who may ask', () => {
    expect(imageConfig('server').env).toMatchObject({ API_HOST: '0.0.0.0' });
    expect(Object.keys(imageConfig('server').env)).not.toContain('API_OPEN');
  });
});

describe('the image of nginx', () => {
  it('gives every placeholder of the template a value, and sets nothing else', async () => {
    const names = Object.keys(imageConfig('nginx').env).filter((name) => name !== 'NGINX_ENVSUBST_OUTPUT_DIR');
    expect(names.sort()).toEqual(await placeholdersOf());
  });

  it('writes below /tmp and to its output, and nowhere else', () => {
    const { env, command } = imageConfig('nginx');
    const written = [
      env['NGINX_ENVSUBST_OUTPUT_DIR'],
      env['PID_FILE'],
      env['TEMP_DIR'],
      env['ERROR_LOG'],
      env['ACCESS_LOG'],
    ];
    expect(written.filter((path) => !/^\/(?:tmp|dev\/std(?:out|err))\b/.test(path ?? ''))).toEqual([]);
    expect(command).toContain(`${env['NGINX_ENVSUBST_OUTPUT_DIR']}/nginx.conf`);
  });

  it('makes a configuration of them that nginx takes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-image-nginx-'));
    const env = {
      ...imageConfig('nginx').env,
      ...{ SNIPPETS_DIR: join(ROOT, 'nginx/snippets'), OUTPUT_DIR: folder, TEMP_DIR: folder },
      ...{
        PID_FILE: join(folder, 'nginx.pid'),
        ERROR_LOG: join(folder, 'error.log'),
        ACCESS_LOG: join(folder, 'access.log'),
      },
    };
    const template = await readFile(join(ROOT, 'nginx/nginx.conf.template'), 'utf8');
    // As the image's envsubst does: the variables that there are, and no others.
    const filled = Object.entries(env).reduce((text, [name, value]) => text.replaceAll(`\${${name}}`, value), template);
    await writeFile(join(folder, 'nginx.conf'), filled);
    const test = ['-t', '-q', '-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')];
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin`;
    const { stderr } = await promisify(execFile)('nginx', test, { env: { ...process.env, PATH: path } });
    await rm(folder, { recursive: true, force: true });
    expect(stderr).toBe('');
  });
});
