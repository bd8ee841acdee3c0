import { Controller, Get, Header, Inject, Injectable, Module, NotFoundException, Param } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Gauge } from 'prom-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricsModule, MetricsRegistry } from './index.js';

@Controller('streams')
class StreamsController {
  @Get(':id')
  @Header('content-type', 'text/plain')
  find(@Param('id') id: string): string {
    if (id === 'none') throw new NotFoundException();
    return id;
  }
}

@Injectable()
class StreamsMetrics {
  streams = 0;

  constructor(@Inject(MetricsRegistry) { registry }: MetricsRegistry) {
    const active = (): number => this.streams;
    new Gauge({
      ...{ name: 'streams_active', help: 'Streams', registers: [registry] },
      collect() {
        this.set(active());
      },
    });
  }
}

@Module({ imports: [MetricsModule], controllers: [StreamsController], providers: [StreamsMetrics] })
class TryModule {}

describe('metrics', () => {
  let app: NestFastifyApplication;
  const api = () => request(app.getHttpServer());
  const scrape = async (): Promise<string[]> => (await api().get('/metrics')).text.split('\n');

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [TryModule] }).compile();
    app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  it('are in the format that Prometheus reads, down to the last line feed, and in no cache', async () => {
    const answer = await api().get('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.text).toMatch(/[^\n]\n$/);
  });

  it('tell how the process itself fares', async () => {
    expect(await scrape()).toContainEqual(expect.stringMatching(/^lockstep_node_process_resident_memory_bytes \d+$/));
  });

  it('are asked for at the scrape, not remembered', async () => {
    app.get(StreamsMetrics).streams = 3;
    expect(await scrape()).toContain('streams_active 3');
    app.get(StreamsMetrics).streams = 0;
    expect(await scrape()).toContain('streams_active 0');
  });

  it('count answers by the pattern of their route, so that no visitor can make series', async () => {
    for (const path of ['/streams/a', '/streams/b', '/streams/none', '/wp-login.php', '/x?y=1']) await api().get(path);
    const lines = await scrape();
    expect(lines.filter((line) => /^lockstep_http_requests_total.*(streams|unknown)/.test(line))).toEqual([
      'lockstep_http_requests_total{route="/streams/:id",method="GET",status_class="2xx"} 2',
      'lockstep_http_requests_total{route="/streams/:id",method="GET",status_class="4xx"} 1',
      'lockstep_http_requests_total{route="unknown",method="GET",status_class="4xx"} 2',
    ]);
    expect(lines).toContain('lockstep_http_request_duration_seconds_count{route="/streams/:id"} 3');
    expect(lines.join('\n')).not.toContain('wp-login');
  });

  it('of two applications in one process do not mix', () => {
    const other = new MetricsRegistry();
    expect(other.registry.getSingleMetric('streams_active')).toBeUndefined();
    other.registry.clear();
  });
});
