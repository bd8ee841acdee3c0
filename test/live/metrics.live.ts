import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { readExposition, type ExposedSample } from '../support/exposition.js';
import { freePort } from '../support/free-port.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { readPromql } from '../support/promql.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: { runbook_url: string } }[] }[];
}
interface Dashboard {
  templating: { list: { type: string; query: string | { query: string } }[] };
  panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
}

/** What Prometheus itself adds to every series, and makes of a scrape. */
const OF_THE_SCRAPE = ['instance', 'job'];
const MADE_BY_PROMETHEUS = ['up'];

const promtool = (...args: string[]) =>
  promisify(execFile)('promtool', args, { cwd: new URL('../../config/prometheus', import.meta.url) });
const config = (file: string) => readFile(new URL(`../../config/${file}`, import.meta.url), 'utf8');

describe('a dashboard and alerts', () => {
  let server: RunningServer;
  let nginx: RunningNginx;
  let samples: readonly ExposedSample[];

  beforeAll(async () => {
    const viewerLogPort = await freePort();
    server = await startServer({ env: { VIEWER_LOG_PORT: String(viewerLogPort) } });
    nginx = await startNginx({
      ...{ originPort: server.port, outputDir: server.outputDir },
      values: { VIEWER_LOG: `127.0.0.1:${viewerLogPort}` },
    });
    await startStream(server.url, { stream_id: 'channel', source_url: 'test:?size=640x360', qualities: ['360p'] });
    await untilStatus(server.url, 'channel', 'live');
    await aViewer();
    samples = await until('everything that may be told is told', async () => {
      const found = await scrape();
      const hasAll = [
        'lockstep_rung_speed_ratio',
        'lockstep_source_lead_seconds',
        'lockstep_nginx_answers_total',
      ].every((name) => found.some((sample) => sample.name === name));
      return hasAll && found.some(({ labels }) => labels['leg'] === 'publication') && found;
    });
  });
  afterAll(async () => {
    await nginx?.stop();
    await server?.stop();
  });

  const scrape = async () => readExposition(await (await fetch(`${server.url}/metrics`)).text());
  const seriesOf = (metric: string) => samples.filter(({ name }) => name === metric);

  /** Somebody who waits for a part, and asks for what is not there. */
  async function aViewer(): Promise<void> {
    const playlist = await (await fetch(`${nginx.url}/channel/360p/playlist.m3u8`)).text();
    const [, msn] = /#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(playlist)!;
    const segments = playlist.split('\n').filter((line) => line.startsWith('#EXTINF')).length;
    const next = Number(msn) + segments;
    await fetch(`${nginx.url}/channel/360p/playlist.m3u8?_HLS_msn=${next + 1}`);
    await fetch(`${nginx.url}/channel/360p/1.m4s`);
    await fetch(`${nginx.url}/channel/360p/${Number(msn) + segments - 1}.m4s`);
  }

  function faultsOf(where: string, expression: string, legend = ''): string[] {
    const { selectors, groupedBy } = readPromql(expression);
    const known = selectors.filter(({ metric }) => !MADE_BY_PROMETHEUS.includes(metric));
    const labels = new Set(
      known.flatMap(({ metric }) => seriesOf(metric).flatMap((sample) => Object.keys(sample.labels))),
    );
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
    const unknownLabels = [...groupedBy, ...shown].filter(
      (label) => !labels.has(label) && !OF_THE_SCRAPE.includes(label),
    );
    return [
      ...known.flatMap(({ metric, matchers }) => selectorFaults(metric, matchers)),
      ...unknownLabels.map((label) => `no label ${label}`),
    ].map((fault) => `${where}: ${fault}`);
  }

  function selectorFaults(
    metric: string,
    matchers: ReturnType<typeof readPromql>['selectors'][number]['matchers'],
  ): string[] {
    const series = seriesOf(metric);
    if (series.length === 0) return [`no series ${metric}`];
    return matchers
      .filter(({ label }) => !OF_THE_SCRAPE.includes(label))
      .flatMap(({ label, values }) => {
        const there = new Set(series.map(({ labels }) => labels[label]));
        if (there.has(undefined)) return [`${metric} has no label ${label}`];
        return values.length === 0 || values.some((value) => there.has(value))
          ? []
          : [`${metric} has no ${label} ${values.join('|')}`];
      });
  }

  it('ask for nothing that a running server does not tell', async () => {
    const { groups } = parse(await config('prometheus/alerts.yml')) as Rules;
    const dashboard = JSON.parse(await config('grafana/lockstep.json')) as Dashboard;
    const variables = dashboard.templating.list.flatMap(({ query }) =>
      typeof query === 'string' ? [] : [/^label_values\((.*), \w+\)$/.exec(query.query)![1]!],
    );
    const panels = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map((target) => ({ title, ...target })),
    );
    expect(panels.length).toBeGreaterThan(30);
    expect([
      ...groups.flatMap(({ rules }) => rules.flatMap(({ alert, expr }) => faultsOf(alert, expr))),
      ...panels.flatMap(({ title, expr, legendFormat }) => faultsOf(title, expr, legendFormat)),
      ...variables.flatMap((query) => faultsOf('a variable', query)),
    ]).toEqual([]);
  });

  it('are a dashboard for everything there is of streams, delivery and viewers', async () => {
    const text = await config('grafana/lockstep.json');
    const names = new Set(samples.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
    const left = [...names].filter((name) => !name.startsWith('lockstep_node_') && !text.includes(name));
    // What is told by another series on it, or only by the alerts.
    expect(left.toSorted()).toEqual([
      'lockstep_disk_fill_bytes_per_second',
      'lockstep_disk_free_files',
      'lockstep_stream_storage_writable',
      'lockstep_viewer_log_lines_total',
    ]);
  });

  it('tell of a viewer who waited how long the answer took', () => {
    const count = samples.find(
      ({ name, labels }) => name === 'lockstep_wake_seconds_count' && labels['kind'] === 'playlist',
    );
    expect(count?.value).toBeGreaterThan(0);
  });

  it('have parts whose delays add up to what was published', () => {
    const of = (name: string) =>
      samples.find((sample) => sample.name === name && sample.labels['rendition'] === '360p')!.value;
    expect(of('lockstep_rung_publish_delay_seconds_count')).toBe(of('lockstep_rung_parts_total'));
    expect(of('lockstep_rung_publish_delay_seconds_sum')).toBeGreaterThan(0);
    expect(of('lockstep_rung_media_bytes_total')).toBeGreaterThan(10_000);
  });

  it('lead to a section of the documentation from every alert', async () => {
    const { groups } = parse(await config('prometheus/alerts.yml')) as Rules;
    const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
    const sections = [...page.matchAll(/^### (\w+)$/gm)].map(([, title]) => `docs/metrics.md#${title!.toLowerCase()}`);
    for (const { annotations } of groups.flatMap(({ rules }) => rules))
      expect(sections).toContain(annotations.runbook_url);
  });

  it("pass Prometheus's own judgement, with tests for every alert", async () => {
    expect((await promtool('check', 'config', 'prometheus.yml')).stdout).toMatch(/SUCCESS: \d+ rules found/);
    expect((await promtool('test', 'rules', 'alerts.test.yml')).stdout).toContain('SUCCESS');
    const tests = await config('prometheus/alerts.test.yml');
    const { groups } = parse(await config('prometheus/alerts.yml')) as Rules;
    for (const { alert } of groups.flatMap(({ rules }) => rules)) expect(tests).toContain(`alertname="${alert}"`);
  });

  it('lose the series of a stream that has ended, and nothing else', async () => {
    await stopStream(server.url, 'channel');
    const left = (await scrape()).filter(({ labels }) => labels['stream'] === 'channel').map(({ name }) => name);
    expect([...new Set(left)].filter((name) => !name.includes('viewer'))).toEqual([]);
  });
});
