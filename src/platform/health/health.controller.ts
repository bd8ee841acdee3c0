/** Is the process up, and can it do its work? */
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Open } from '../auth/open.js';
import { Problems } from '../problems/problems.decorator.js';
import { Readiness } from './readiness.js';

const READY = { status: 'ok', info: { ffmpeg: { status: 'up' } }, error: {}, details: { ffmpeg: { status: 'up' } } };

@ApiTags('operations')
@Controller('health')
@Open()
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  @Get('live')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The process is up' })
  @ApiOkResponse({ description: 'It is.', content: { 'application/json': { example: { status: 'ok' } } } })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** What is down makes it throw; the answer is then the problem `not-ready`, with the findings as members. */
  @Get(['', 'ready'])
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  @ApiOperation({ summary: 'ffmpeg is there, the disk is writable, the database answers; 503 says what is not' })
  @ApiOkResponse({ description: 'The server can do its work.', content: { 'application/json': { example: READY } } })
  @Problems('not-ready')
  ready(): Promise<HealthCheckResult> {
    return this.health.check(this.readiness.checks());
  }
}
