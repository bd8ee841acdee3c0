/** Tells a client what its token is good for: how the console and the command line check one. */
import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { SCOPES, SETTINGS, type Scope, type Settings } from '../settings/index.js';
import { WelcomesStrangers } from './open.js';

export class WhoamiDto {
  @ApiProperty({ type: String, nullable: true, description: 'Name of the token; null where none is needed or shown' })
  name!: string | null;

  @ApiProperty({
    ...{ enum: SCOPES, nullable: true },
    description: 'read: look; control: look and change; null: neither, a token is asked for and none was shown',
  })
  scope!: Scope | null;

  @ApiProperty({ description: 'Whether this server asks for tokens' })
  tokens_required!: boolean;
}

@ApiTags('operations')
@Controller('whoami')
export class WhoamiController {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  @Get()
  @WelcomesStrangers()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Whose token this is, and what it allows' })
  @ApiOkResponse({ type: WhoamiDto })
  whoami(@Req() { token }: FastifyRequest): WhoamiDto {
    const tokensRequired = this.settings.apiTokens !== undefined;
    const scope = token?.scope ?? (tokensRequired ? null : 'control');
    return { name: token?.name ?? null, scope, tokens_required: tokensRequired };
  }
}
