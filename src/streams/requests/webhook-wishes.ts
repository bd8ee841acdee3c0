/** Webhooks that a stream brings along: the fields of a request, and what its spec keeps of them. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsOptional,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isIP } from 'node:net';
import { AddressPolicy } from '../../engine/net/index.js';
import { FieldProblem, type FieldError } from '../../platform/problems/index.js';
import type { Settings } from '../../platform/settings/index.js';
import {
  isWebhookSecret,
  isWebhookUrl,
  shownWebhookUrl,
  WEBHOOK_SECRET_ALLOWED,
  WEBHOOK_URL_ALLOWED,
} from '../../platform/webhooks/index.js';
import { STREAM_EVENT_TYPES, type StreamEventType } from '../events/index.js';
import type { WebhookWish } from '../live/index.js';

/** How many a stream may have. */
export const MOST_WEBHOOKS = 4;

@ValidatorConstraint({ name: 'webhook_url' })
class IsWebhookUrl implements ValidatorConstraintInterface {
  validate = isWebhookUrl;
  defaultMessage = (): string => `url must be ${WEBHOOK_URL_ALLOWED}`;
}

@ValidatorConstraint({ name: 'webhook_secret' })
class IsWebhookSecret implements ValidatorConstraintInterface {
  validate = isWebhookSecret;
  defaultMessage = (): string => `secret must be ${WEBHOOK_SECRET_ALLOWED}`;
}

export class WebhookDto {
  @ApiProperty({
    example: 'https://ops.example.com/hooks/lockstep',
    description: 'Where events of this stream are posted; what may be secret in it is never shown again.',
  })
  @Validate(IsWebhookUrl)
  url!: string;

  @ApiPropertyOptional({
    writeOnly: true,
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    description: 'What they are signed with; never shown again. Default: WEBHOOK_SECRET.',
  })
  @IsOptional()
  @Validate(IsWebhookSecret)
  secret?: string;

  @ApiPropertyOptional({
    isArray: true,
    enum: STREAM_EVENT_TYPES,
    example: ['stream.failed', 'stream.source_lost'],
    description: 'Which events. Default: WEBHOOK_EVENTS.',
  })
  @IsOptional()
  @IsArray({ message: 'events must be an array of event types' })
  @ArrayMinSize(1, { message: 'events must name at least one type' })
  @ArrayMaxSize(STREAM_EVENT_TYPES.length)
  @IsIn(STREAM_EVENT_TYPES, { each: true, message: `each of events must be one of ${STREAM_EVENT_TYPES.join(', ')}` })
  events?: StreamEventType[];
}

export class WebhookInfoDto {
  @ApiProperty({ example: 'https://ops.example.com/…', description: 'Scheme and host.' }) url!: string;
  @ApiProperty({
    ...{ isArray: true, enum: STREAM_EVENT_TYPES, nullable: true },
    description: 'Events that are sent; null: those of WEBHOOK_EVENTS.',
  })
  events!: StreamEventType[] | null;
}

/** Throws `request-invalid` where one could not be signed, or goes to an address that is not allowed. */
export function webhookWishes(webhooks: readonly WebhookDto[], settings: Settings): WebhookWish[] {
  const policy = AddressPolicy.allowing(settings.sourceAllowedAddresses ?? []);
  const errors = webhooks.flatMap(({ url, secret }, index): FieldError[] => {
    const at = (name: string): string => `webhooks.${index}.${name}`;
    const unsigned = secret === undefined && settings.webhookSecret === undefined;
    const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
    const refused = isIP(host) === 0 ? undefined : policy.refuses(host);
    return [
      ...(unsigned ? [{ field: at('secret'), message: 'secret is needed: the server has no WEBHOOK_SECRET' }] : []),
      ...(refused === undefined ? [] : [{ field: at('url'), message: addressRefused(refused) }]),
    ];
  });
  if (errors.length > 0) throw new FieldProblem(errors);
  return webhooks.map(({ url, secret, events }) => ({ url, ...(secret && { secret }), ...(events && { events }) }));
}

const addressRefused = (reason: string): string =>
  `url must not lead to this address: it is ${reason}. SOURCE_ALLOWED_ADDRESSES says what is allowed beyond public addresses`;

/** As the API shows them: no secrets, and of the URL what is none. */
export function webhookInfo(wishes: readonly WebhookWish[]): WebhookInfoDto[] {
  return wishes.map(({ url, events }) => ({ url: shownWebhookUrl(url), events: events ? [...events] : null }));
}
