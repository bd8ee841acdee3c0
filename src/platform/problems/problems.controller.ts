/** Makes the `type` of every problem resolvable. */
import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ALL_FACES, type ProblemFace } from './faces.js';

interface ProblemDescription extends ProblemFace {
  readonly type: string;
  readonly code: string;
}

@ApiTags('problems')
@Controller('problems')
export class ProblemsController {
  @Get()
  @ApiOperation({ summary: 'Every problem an answer can have, with its status and remedy' })
  @Header('access-control-allow-origin', '*')
  list(): ProblemDescription[] {
    return Object.keys(ALL_FACES).map(describe);
  }

  @Get(':code')
  @ApiOperation({ summary: 'One problem: what it means and what to do about it' })
  @Header('access-control-allow-origin', '*')
  find(@Param('code') code: string): ProblemDescription {
    if (!Object.hasOwn(ALL_FACES, code)) throw new NotFoundException(`There is no problem called ${code}.`);
    return describe(code);
  }
}

const describe = (code: string): ProblemDescription => ({ type: `/problems/${code}`, code, ...ALL_FACES[code]! });
