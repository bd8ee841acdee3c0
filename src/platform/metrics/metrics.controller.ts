import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Open } from '../auth/open.js';
import { MetricsRegistry } from './metrics-registry.js';

@ApiTags('operations')
@Controller('metrics')
@Open(({ metricsOpen }) => metricsOpen)
export class MetricsController {
  constructor(@Inject(MetricsRegistry) private readonly metrics: MetricsRegistry) {}

  @Get()
  @ApiOperation({ summary: 'Metrics in Prometheus text format' })
  @ApiOkResponse({
    description: 'All series of the server.',
    content: { 'text/plain': { schema: { type: 'string' }, example: 'streaming_active_streams 2\n' } },
  })
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const { registry } = this.metrics;
    const text = await registry.metrics();
    void reply.header('cache-control', 'no-store').type(registry.contentType).send(text);
  }
}
