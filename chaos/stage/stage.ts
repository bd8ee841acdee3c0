/** The scene: a server, nginx in front, a stream from a bad source and one from the test picture; and the hand that breaks them. */
import { startBadSource, type BadSource } from '../../bad-source/index.js';
import { seededRandom, type Random } from '../../bad-source/random.js';
import { startStream, streamInfo, untilStatus } from '../../test/support/api.js';
import { startNginx, type RunningNginx } from '../../test/support/nginx.js';
import { ffmpegChildren, startServer, type RunningServer } from '../../test/support/server.js';
import { until } from '../../test/support/until.js';
import type { Violations } from '../invariants/violations.js';
import type { Act } from '../plan/plan.js';
import { flood } from './flood.js';
import { ffmpegsOf, isAlive, nginxPids, signal } from './processes.js';

/** Small ones: chaos wants restarts, not encoding power. */
const STREAMS = [
  { id: 'wild', renditions: ['240p', '144p', 'audio'], rungs: [rung(240, 300), rung(144, 150)] },
  { id: 'calm', renditions: ['180p', 'audio'], rungs: [rung(180, 200)] },
] as const;

/** A server that is asked to leave has this long. */
const LEAVES_WITHIN_MS = 10_000;
/** Children of a dead server are gone by then. */
const ORPHANS_WITHIN_MS = 5_000;

/** Those who have to know when the server dies and comes back, and where a crowd would go. */
export interface Onlookers {
  readonly liveUrls: readonly URL[];
  serverGone(): void;
  serverStarts(): void;
  /** It answers. */
  serverIsBack(): void;
}

export class Stage {
  readonly renditions = STREAMS.flatMap(({ id, renditions }) => renditions.map((name) => `${id}/${name}`));
  readonly streams = STREAMS.map(({ id }) => id);
  private readonly random: Random;
  private readonly checks: Promise<void>[] = [];

  private constructor(
    private server: RunningServer,
    private nginx: RunningNginx,
    private readonly source: BadSource,
    private readonly violations: Violations,
    seed: number,
  ) {
    this.random = seededRandom(seed);
  }

  /** Resolves when every stream is live. */
  static async start(seed: number, violations: Violations): Promise<Stage> {
    const source = await startBadSource({ script: 'size 426x240', seed });
    const server = await startServer();
    const nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
    const stage = new Stage(server, nginx, source, violations, seed);
    try {
      const sources = { wild: source.url, calm: 'test:?size=320x180&rate=25' };
      for (const { id, rungs } of STREAMS)
        await startStream(server.url, { stream_id: id, source_url: sources[id], qualities: rungs });
      for (const { id } of STREAMS) await untilStatus(server.url, id, 'live');
    } catch (cause) {
      await stage.stop();
      throw cause;
    }
    return stage;
  }

  /** Where viewers go; the same through every restart. */
  get url(): string {
    return this.nginx.url;
  }

  get serverPid(): number {
    return this.server.pid;
  }

  /** What a stream is now; undefined when the server does not answer. */
  async statusOf(stream: string): Promise<string | undefined> {
    return streamInfo(this.server.url, stream).then(
      ({ status }) => status,
      () => undefined,
    );
  }

  /** Does it, and says what was hit. Resolves when what was killed has been started again. */
  async perform({ name, pick, words = '' }: Act, onlookers: Onlookers): Promise<string> {
    switch (name) {
      case 'kill encoder':
        return this.hit('encoder', pick, 'SIGKILL');
      case 'stop encoder':
        return this.hit('encoder', pick, 'SIGSTOP');
      case 'kill intake':
        return this.hit('intake', pick, 'SIGKILL');
      case 'kill all ffmpegs':
        return this.hitAll();
      case 'kill server':
        return this.restartServer(onlookers, () => this.server.kill());
      case 'end server':
        return this.restartServer(onlookers, () => this.endServer());
      case 'kill nginx':
        return this.restartNginx();
      case 'kill server and nginx':
        return (await Promise.all([this.restartServer(onlookers, () => this.server.kill()), this.restartNginx()])).join(
          ', ',
        );
      case 'flood':
        return `${await flood(onlookers.liveUrls, this.random)} answers`;
      case 'say':
        this.source.say(words);
        return words;
    }
  }

  /** Ends everything, and tells what did not end. */
  async stop(): Promise<void> {
    const { outputDir } = this.server;
    await Promise.all([this.server.stop(), this.nginx.stop(), this.source.stop(), ...this.checks]);
    for (const pid of await ffmpegChildren(outputDir))
      if (await isAlive(pid)) this.violations.add('orphan', 'after the end', `ffmpeg ${pid} is alive`);
  }

  private async hit(role: 'encoder' | 'intake', pick: number, name: NodeJS.Signals): Promise<string> {
    const candidates = (await ffmpegsOf(this.server.outputDir)).filter((child) => child.role === role);
    const victim = candidates[Math.floor(pick * candidates.length)];
    if (!victim) return 'nobody there';
    signal(victim.pid, name);
    return `${victim.about} (pid ${victim.pid})`;
  }

  private async hitAll(): Promise<string> {
    const all = await ffmpegsOf(this.server.outputDir);
    for (const { pid } of all) signal(pid, 'SIGKILL');
    return `${all.length} of them`;
  }

  private async restartServer(onlookers: Onlookers, end: () => Promise<void>): Promise<string> {
    const children = await ffmpegChildren(this.server.outputDir);
    const { pid } = this.server;
    onlookers.serverGone();
    await end();
    this.checks.push(this.checkOrphans(children, pid));
    const startedAt = performance.now();
    onlookers.serverStarts();
    this.server = await this.server.restart();
    onlookers.serverIsBack();
    return `pid ${pid}, answers again after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  }

  private async endServer(): Promise<void> {
    const { pid } = this.server;
    signal(pid, 'SIGTERM');
    await until('the server has left', async () => !(await isAlive(pid)), LEAVES_WITHIN_MS).catch(() =>
      this.violations.add('slow-leave', `server ${pid}`, `alive ${LEAVES_WITHIN_MS / 1000} s after SIGTERM`),
    );
    // Reaps it, whichever way it went.
    await this.server.kill();
  }

  private async checkOrphans(children: readonly number[], server: number): Promise<void> {
    const allGone = async (): Promise<boolean> =>
      (await Promise.all(children.map((pid) => isAlive(pid)))).every((alive) => !alive);
    await until('the children of a dead server are gone', allGone, ORPHANS_WITHIN_MS).catch(() =>
      this.violations.add('orphan', `children of server ${server}`, `alive ${ORPHANS_WITHIN_MS / 1000} s after it`),
    );
  }

  private async restartNginx(): Promise<string> {
    const pids = await nginxPids();
    for (const pid of pids) signal(pid, 'SIGKILL');
    await this.nginx.stop();
    const port = Number(new URL(this.nginx.url).port);
    this.nginx = await startNginx({ port, originPort: this.server.port, outputDir: this.server.outputDir });
    return `${pids.length} processes of nginx`;
  }
}

function rung(height: number, video_kbps: number): Readonly<Record<string, unknown>> {
  return { name: `${height}p`, height, video_kbps };
}
