/** Makes the `type` of every problem resolvable. */
import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Open } from '../auth/open.js';
import { ALL_FACES, type ProblemFace } from './faces.js';
import { Problems } from './problems.decorator.js';

export class ProblemDescriptionDto implements ProblemFace {
  @ApiProperty({ example: '/problems/stream-not-found', description: 'The `type` of every such problem.' })
  type!: string;
  @ApiProperty({ example: 'stream-not-found' }) code!: string;
  @ApiProperty({ example: 404, description: 'HTTP status of an answer with this problem.' }) status!: number;
  @ApiProperty({ example: 'There is no such stream' }) title!: string;
  @ApiProperty({ example: 'List the streams with GET /streams.', description: 'What to do about it.' }) remedy!: string;
  @ApiPropertyOptional({ description: 'Worth asking again after this many seconds.' }) retryAfterSeconds?: number;
}

@ApiTags('problems')
@Controller('problems')
@Open()
export class ProblemsController {
  @Get()
  @ApiOperation({ summary: 'Every problem an answer can have, with its status and remedy' })
  @ApiOkResponse({ type: [ProblemDescriptionDto] })
  @Header('access-control-allow-origin', '*')
  list(): ProblemDescriptionDto[] {
    return Object.keys(ALL_FACES).map(describe);
  }

  @Get(':code')
  @ApiOperation({ summary: 'One problem: what it means and what to do about it' })
  @ApiParam({ name: 'code', example: 'stream-not-found' })
  @ApiOkResponse({ type: ProblemDescriptionDto })
  @Problems('route-not-found')
  @Header('access-control-allow-origin', '*')
  find(@Param('code') code: string): ProblemDescriptionDto {
    if (!Object.hasOwn(ALL_FACES, code)) throw new NotFoundException(`There is no problem called ${code}.`);
    return describe(code);
  }
}

const describe = (code: string): ProblemDescriptionDto => ({ type: `/problems/${code}`, code, ...ALL_FACES[code]! });
