/** The commands that containers and services start the server with, run as there, on the Node of this machine and on the container's. */
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureNode24 } from '../../scripts/node24.mjs';
import {
  NODE_IN_CONTAINER,
  layOutApplication,
  startContainer,
  type Container,
  type ContainerOptions,
} from '../containers/container.js';
import { imageConfig, ROOT } from '../containers/image.js';
import { commandOf, environmentOf, parseUnit } from '../containers/systemd-unit.js';
import { until } from '../support/until.js';

type Entry = Omit<ContainerOptions, 'node' | 'application'>;

const image = imageConfig('server');
const unit = parseUnit(readFileSync(join(ROOT, 'config/systemd/lockstep.service'), 'utf8'));

/** As `docker run`, and as Kubernetes: process 1, and API_OPEN as docker-compose.yml has it. */
const IN_A_CONTAINER: Entry = {
  ...{ home: image.workdir, command: image.command, user: image.user, asProcessOne: true },
  env: { ...image.env, API_OPEN: 'true', ADMISSION: 'off' },
  writable: [image.env['OUTPUT_DIR']!, image.env['DATA_DIR']!],
};

const AS_A_SERVICE: Entry = {
  ...{ home: unit.values('Service', 'WorkingDirectory')[0]!, user: '998:998', asProcessOne: false },
  command: [NODE_IN_CONTAINER, ...commandOf(unit).slice(1)],
  env: { ...environmentOf(unit), ADMISSION: 'off' },
  writable: ['OUTPUT_DIR', 'DATA_DIR'].map((name) => environmentOf(unit)[name]!),
};

let container: Container | undefined;
let application: string;
let nodes: Readonly<Record<'20' | '24', string>>;

beforeAll(async () => {
  await mkdir(join(ROOT, 'var'), { recursive: true });
  application = await layOutApplication();
  nodes = { '20': process.execPath, '24': ensureNode24() };
});
afterAll(() => rm(application, { recursive: true, force: true }));
afterEach(async () => {
  await container?.remove();
  container = undefined;
});

async function start(entry: Entry, node: '20' | '24'): Promise<Container> {
  container = await startContainer({ ...entry, application, node: nodes[node] });
  return container;
}

/** Much, on a machine that has other things to do. */
const START_LIMIT_MS = 60_000;

/** The client that came with the server, as `docker compose exec lockstep lockstep …` runs it. */
const lockstep = (words: string) => container!.run(['node', 'dist/cli.js', ...words.split(' ')], 90_000);
const untilHealthy = (): Promise<unknown> =>
  until('the health check passes', async () => (await container!.run(image.healthcheck)).code === 0, START_LIMIT_MS);

describe.each([
  ['the command of the image', IN_A_CONTAINER],
  ['the command of the systemd unit', AS_A_SERVICE],
])('%s', (_, entry) => {
  it.each(['20', '24'] as const)(
    'starts a server on Node %s that plays, writes only where it may, and ends in time with its ffmpegs',
    async (node) => {
      const server = await start(entry, node);
      await untilHealthy();
      expect((await server.run(['node', '--version'])).output).toMatch(new RegExp(`^v${node}\\.`));

      const started = await lockstep('start demo test: --qualities 240p --keep --wait 60 --json');
      expect(started.code, started.output + server.log()).toBe(0);
      expect(JSON.parse(started.output)).toMatchObject({ stream_id: 'demo', status: 'live' });
      expect((await server.run(['node', '-e', FETCH_PLAYLIST])).output).toMatch(/^200 #EXTM3U/);
      expect((await server.programs('ffmpeg')).length).toBeGreaterThanOrEqual(3);

      expect(await readdir(server.folder(entry.env['DATA_DIR']!))).toContain('lockstep.db');
      const refused = await server.run(['touch', 'dist/x', '/usr/x']);
      expect(refused.output).toMatch(/cannot touch 'dist\/x'[^]*cannot touch '\/usr\/x'/);

      const { code, tookMs } = await server.stop();
      expect(code, server.log()).toBe(0);
      expect(tookMs).toBeLessThan(10_000);
      expect(await server.programs('ffmpeg')).toEqual([]);
      expect(server.log()).not.toMatch(/EROFS|EACCES|Read-only file system|Permission denied/);
    },
  );
});

describe('the image', () => {
  it('does not start for everybody to command unless it is told who may, and says how', async () => {
    // The shell stays, so that there is somebody to tell the exit code.
    const command = ['sh', '-c', '"$@"; echo "exit code $?"; exec sleep 60', 'sh', ...image.command];
    const server = await start({ ...IN_A_CONTAINER, command, env: image.env }, '24');
    await until('it has ended', () => /exit code \d+/.test(server.log()) || undefined, START_LIMIT_MS);
    expect(server.log()).toMatch(/API_TOKENS[^]*API_OPEN[^]*exit code 78/);
  });
});

const FETCH_PLAYLIST = `fetch('http://127.0.0.1:8083/streams/demo/playlist.m3u8')
  .then(async (answer) => console.log(answer.status, await answer.text()))`;
