import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { LOG_LEVELS } from '../settings/index.js';
import { LogLevel } from './log-level.js';

export class LogLevelDto {
  /** The least important lines that are written. */
  @ApiProperty({ enum: LOG_LEVELS, example: 'debug' })
  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  level!: (typeof LOG_LEVELS)[number];
}

@ApiTags('operations')
@Controller('log-level')
export class LogLevelController {
  constructor(@Inject(LogLevel) private readonly level: LogLevel) {}

  @Get()
  @ApiOperation({ summary: 'How much is written to the log' })
  @ApiOkResponse({ type: LogLevelDto })
  read(): LogLevelDto {
    return { level: this.level.current };
  }

  @Put()
  @ApiOperation({ summary: 'Write more, or less, to the log', description: 'Until the server starts again.' })
  @ApiOkResponse({ type: LogLevelDto })
  change(@Body() { level }: LogLevelDto): LogLevelDto {
    this.level.set(level);
    return this.read();
  }
}
