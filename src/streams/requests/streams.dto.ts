/** The request and answer bodies of the streams API; field names are the ones users know. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotIn,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { parseSource, parseTestPicture } from '../../engine/ffmpeg/index.js';
import { rungSchema } from '../ladder/index.js';
import { Problem } from '../../engine/problem.js';
import { STREAM_ID } from '../../engine/storage/index.js';
import { AreLabels, IsAbsentWith, OptionalSeconds } from './field-rules.js';
import { STREAM_STATES } from '../live/index.js';
import type { ProgrammeStep } from '../programme.js';
import { MOST_WEBHOOKS, WebhookDto, WebhookInfoDto } from './webhook-wishes.js';

/** Words that stand where an id would: `GET /streams/events`. */
const RESERVED_IDS: readonly string[] = ['events'];

/** A rung that is not in the ladder file. */
export interface CustomRung {
  readonly name: string;
  readonly height: number;
  readonly video_kbps: number;
  readonly audio_kbps?: number;
  readonly profile?: 'baseline' | 'main' | 'high';
}

@ValidatorConstraint({ name: 'qualities' })
class EachIsNameOrRung implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' || rungSchema.safeParse(value).success;
  }

  defaultMessage(): string {
    return 'each of qualities must be a name from the ladder, "audio", or {name, height, video_kbps, audio_kbps?, profile?}';
  }
}

@ValidatorConstraint({ name: 'source_url' })
class IsSource implements ValidatorConstraintInterface {
  private reason = '';

  validate(value: unknown): boolean {
    try {
      if (typeof value !== 'string') throw new Problem('source-url-invalid', { expected: 'a string' });
      const { scheme, url } = parseSource(value, 1);
      if (scheme === 'test') parseTestPicture(url);
      return true;
    } catch (error) {
      const { facts } = Problem.wrap(error);
      const { parameter, allowed, expected } = facts as { parameter?: string; allowed?: string[]; expected?: string };
      const place = parameter ? `source_url parameter ${parameter}` : 'source_url';
      this.reason = allowed
        ? `${place} must begin with one of ${allowed.join(':, ')}:`
        : `${place} must be ${expected ?? 'a URL'}`;
      return false;
    }
  }

  defaultMessage(): string {
    return this.reason;
  }
}

export class StartStreamDto {
  @ApiProperty({
    example: 'demo',
    description: 'Letters, digits, - and _, up to 64, beginning with a letter or digit.',
  })
  @Matches(STREAM_ID, {
    message: 'stream_id must be 1 to 64 letters, digits, - or _, beginning with a letter or digit',
  })
  @IsNotIn(RESERVED_IDS, {
    message: `stream_id must not be ${RESERVED_IDS.join(' or ')}: that is an address of the API`,
  })
  stream_id!: string;

  @ApiProperty({
    example: 'rtmp://media.example.com/live/camera1',
    description: 'Anything FFmpeg reads; `test:` is the built-in picture. Or give source_urls.',
  })
  @ValidateIf(({ source_urls }: StartStreamDto) => source_urls === undefined)
  @Validate(IsSource)
  source_url?: string;

  @ApiPropertyOptional({
    example: ['rtmp://a.example.com/live/camera1', 'srt://b.example.com:9000'],
    description:
      'In place of source_url: several sources, the preferred one first. When it is lost, the next one is tried; when it is back, it takes over again.',
  })
  @IsOptional()
  @IsArray({ message: 'source_urls must be an array of URLs' })
  @ArrayMinSize(1, { message: 'source_urls must name at least one source' })
  @ArrayMaxSize(8, { message: 'source_urls may name up to 8 sources' })
  @IsAbsentWith('source_url')
  @Validate(IsSource, { each: true })
  source_urls?: string[];

  @OptionalSeconds({
    min: 0,
    description: 'How long the last picture of a lost source stands before the slate does. Default: SLATE_AFTER.',
  })
  slate_after?: number | null;

  @OptionalSeconds({
    min: 0.5,
    description: 'How long a source may be silent before the next one is tried. Default: NEXT_SOURCE_AFTER.',
  })
  next_source_after?: number | null;

  @OptionalSeconds({
    min: 1,
    description: 'How long the stream goes on without any source before it is ended as failed. Default: GIVE_UP_AFTER.',
  })
  give_up_after?: number | null;

  @OptionalSeconds({
    min: 0.5,
    description:
      'How long a preferred source must have delivered again before it takes over; null: only when asked. Default: FAIL_BACK_AFTER.',
  })
  fail_back_after?: number | null;

  @ApiPropertyOptional({ example: 'Back in five minutes', description: 'Words on the slate. Default: SLATE_TEXT.' })
  @IsOptional()
  @IsString()
  @Matches(/^[^\p{Cc}]{0,120}$/u, { message: 'slate_text must be one line of up to 120 characters' })
  slate_text?: string;

  @ApiPropertyOptional({
    example: 'file:///var/media/slate.png',
    description: 'PNG, JPEG or WebP file below MEDIA_ROOT that the slate shows. Default: SLATE_IMAGE.',
  })
  @IsOptional()
  @Matches(/^file:\/\/\/\S+\.(png|jpe?g|webp)$/i, {
    message: 'slate_image must be a file: URL of a PNG, JPEG or WebP file below MEDIA_ROOT',
  })
  slate_image?: string;

  @ApiPropertyOptional({
    example: ['720p', '480p'],
    description: 'Rungs by name, or described; `["audio"]` for sound alone. Default: the ladder file\'s.',
    type: 'array',
    items: { oneOf: [{ type: 'string' }, { type: 'object' }] },
  })
  @IsOptional()
  @IsArray({ message: 'qualities must be an array of names' })
  @ArrayMinSize(1, { message: 'qualities must name at least one rung' })
  @ArrayMaxSize(12)
  @Validate(EachIsNameOrRung, { each: true })
  qualities?: (string | CustomRung)[];

  @ApiPropertyOptional({ default: true })
  @IsOptional()
  @IsBoolean()
  enable_hls?: boolean;

  @ApiPropertyOptional({ default: true })
  @IsOptional()
  @IsBoolean()
  enable_dash?: boolean;

  @ApiPropertyOptional({
    default: true,
    description: 'Parts and blocking reload; false gives plain HLS and DASH. Default: LOW_LATENCY_HLS.',
  })
  @IsOptional()
  @IsBoolean()
  low_latency?: boolean;

  @ApiPropertyOptional({
    default: 'fmp4',
    enum: ['fmp4', 'mpegts'],
    description:
      'Segments of HLS. mpegts gives classic HLS with .ts segments, picture and sound in one file, for old devices; DASH stays fMP4.',
  })
  @IsOptional()
  @IsIn(['fmp4', 'mpegts'], { message: 'segment_format must be fmp4 or mpegts' })
  segment_format?: 'fmp4' | 'mpegts';

  @ApiPropertyOptional({
    nullable: true,
    type: String,
    maxLength: 120,
    example: 'Stadium, camera 1',
    description: 'What people call the stream: one line.',
  })
  @IsOptional()
  @IsString()
  @Matches(/^[^\p{Cc}]{0,120}$/u, { message: 'title must be one line of up to 120 characters' })
  title?: string | null;

  @ApiPropertyOptional({
    nullable: true,
    type: 'object',
    additionalProperties: { type: 'string', maxLength: 120 },
    example: { venue: 'stadium', customer: '4711' },
    description: 'What programs sort it by: up to 16, found again with GET /streams?label=venue:stadium.',
  })
  @IsOptional()
  @Validate(AreLabels)
  labels?: Record<string, string> | null;

  @ApiPropertyOptional({
    nullable: true,
    type: 'integer',
    description: 'Seconds without a heartbeat until the stream is stopped; null: never. Default: STALE_THRESHOLD.',
  })
  @ValidateIf((_, value) => value !== null && value !== undefined)
  @IsInt({ message: 'stale_after must be whole seconds, or null for never' })
  @Min(5)
  @Max(31_536_000)
  stale_after?: number | null;

  @ApiPropertyOptional({
    type: [WebhookDto],
    description: `Where events of this stream are posted, beside WEBHOOK_URLS: up to ${MOST_WEBHOOKS}.`,
  })
  @IsOptional()
  @IsArray({ message: 'webhooks must be an array' })
  @ArrayMaxSize(MOST_WEBHOOKS, { message: `webhooks may be up to ${MOST_WEBHOOKS}` })
  @ValidateNested({ each: true, message: 'each of webhooks must be an object with a url' })
  @Type(() => WebhookDto)
  webhooks?: WebhookDto[];
}

export class StreamProblemDto {
  @ApiProperty({ example: 'source-unreachable', description: 'As listed under /problems.' }) @IsString() code!: string;
  @ApiProperty({ example: 'The source cannot be reached: scheme is rtmp; reason is no data for 10 s.' })
  detail!: string;
}

export class SourceDto {
  @ApiProperty({
    example: 'rtmp://media.example.com/…',
    description: 'Scheme and host; what may be secret is left out.',
  })
  url!: string;
  @ApiProperty({ enum: ['closed', 'connecting', 'up', 'lost'], example: 'up' }) state!:
    'closed' | 'connecting' | 'up' | 'lost';
  @ApiProperty({ description: 'Times it was lost since the stream started.' }) losses!: number;
  @ApiProperty({ nullable: true, type: StreamProblemDto, description: 'Why it was lost last.' })
  last_problem!: StreamProblemDto | null;
}

export class ProgrammeDto {
  @ApiProperty({
    enum: ['source', 'backup', 'repeat', 'slate'],
    description: 'What viewers see: the preferred source, another one, the last picture, or the slate.',
  })
  step!: ProgrammeStep;
  @ApiProperty({ description: 'Which of sources is on air, from 0.' }) source_index!: number;
  @ApiProperty({ description: 'An operator asked for this source; the order of the list does not count.' })
  pinned!: boolean;
  @ApiProperty({ example: 1767225602.4, description: 'Unix seconds since when.' }) since!: number;
}

export class SwitchSourceDto {
  @ApiProperty({
    nullable: true,
    type: 'integer',
    example: 1,
    description: 'Place in source_urls, from 0: cut to it as soon as it delivers. null: as the order of the list says.',
  })
  @ValidateIf((_, value) => value !== null)
  @IsInt({ message: 'index must be a whole number, or null for the order of the list' })
  @Min(0)
  index!: number | null;
}

export class RungDto {
  @ApiProperty({ example: '720p' }) name!: string;
  @ApiProperty({ enum: ['up', 'down'] }) state!: 'up' | 'down';
  @ApiProperty({ description: 'Times its encoder was replaced since the stream started.' }) restarts!: number;
}

export class StorageDto {
  @ApiProperty({ description: 'False while the disk takes no media: the time becomes a gap.' }) writable!: boolean;
  @ApiProperty({ nullable: true, type: Number, description: 'Unix seconds since when it is not writable.' })
  since!: number | null;
}

export class StreamInfoDto {
  @ApiProperty({ example: 'demo' }) stream_id!: string;
  @ApiProperty({ nullable: true, type: String, example: 'Stadium, camera 1' }) title!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { venue: 'stadium' } })
  labels!: Record<string, string>;
  @ApiProperty({ enum: STREAM_STATES, example: 'live' }) status!: string;
  @ApiProperty({ nullable: true, type: String, example: '/streams/demo/playlist.m3u8' }) hls_url!: string | null;
  @ApiProperty({ nullable: true, type: String, example: '/streams/demo/manifest.mpd' }) dash_url!: string | null;
  @ApiProperty({
    nullable: true,
    type: String,
    example: '/streams/demo/manifest-timeline.mpd',
    description: 'The same stream as a SegmentTimeline, for readers that cannot follow numbers by the clock.',
  })
  dash_timeline_url!: string | null;
  @ApiProperty({
    type: [String],
    example: ['720p', '480p'],
    description: 'Rungs made; before the source is known, rungs asked for.',
  })
  qualities!: string[];
  @ApiProperty({
    type: [String],
    example: ['1080p'],
    description: 'Rungs left out because they are taller than the source.',
  })
  left_out!: string[];
  @ApiProperty({ example: 1767225600, description: 'Unix seconds.' }) created_at!: number;
  @ApiProperty({ example: 1767225660, description: 'Unix seconds of the last heartbeat.' }) last_update!: number;
  @ApiProperty({ nullable: true, type: Number }) stale_after!: number | null;
  @ApiProperty() low_latency!: boolean;
  @ApiProperty({ enum: ['fmp4', 'mpegts'] }) segment_format!: 'fmp4' | 'mpegts';
  @ApiProperty({
    nullable: true,
    type: String,
    description: 'Why it is stopping or over: requested, stale, source-ended.',
  })
  reason!: string | null;
  @ApiProperty({ nullable: true, type: String, example: '1280x720 30 fps h264, aac' }) source!: string | null;
  @ApiProperty({ description: 'Whether the source delivers at this moment.' }) source_connected!: boolean;
  @ApiProperty({ type: [SourceDto] }) sources!: SourceDto[];
  @ApiProperty({ type: ProgrammeDto }) programme!: ProgrammeDto;
  @ApiProperty({ type: [RungDto] }) rungs!: RungDto[];
  @ApiProperty({ type: [WebhookInfoDto], description: 'Those it brought along.' }) webhooks!: WebhookInfoDto[];
  @ApiProperty({ type: StorageDto }) storage!: StorageDto;
  @ApiProperty({
    nullable: true,
    type: StreamProblemDto,
    description: 'The last thing that went wrong; it may have passed.',
  })
  last_problem!: StreamProblemDto | null;
}

export class StoppedDto {
  @ApiProperty({ example: 'demo' }) stream_id!: string;
  @ApiProperty({ example: 'stopped' }) status!: 'stopped';
}

export class HeartbeatDto {
  @ApiProperty({ example: 'ok' }) status!: 'ok';
  @ApiProperty({ example: 1767225690, description: 'Unix seconds.' }) last_update!: number;
}
