/** The answer of `GET /streams/{id}/explain`. */
import { ApiProperty } from '@nestjs/swagger';
import { STREAM_STATES, type StreamState } from '../live/index.js';
import { PROGRAMME_STEPS, type ProgrammeStep } from '../programme.js';

export class ExplainedLeadDto {
  @ApiProperty({
    nullable: true,
    type: Number,
    description: 'How long before its house time the newest picture arrived, ms; negative: after it.',
  })
  video_ms!: number | null;
  @ApiProperty({ nullable: true, type: Number, description: 'The same of the sound.' }) audio_ms!: number | null;
  @ApiProperty({ description: 'How late media may come before it is replaced, ms: PLAYOUT_JITTER.' })
  allowance_ms!: number;
}

export class ExplainedSourceDto {
  @ApiProperty({ description: 'Place in source_urls, from 0.' }) index!: number;
  @ApiProperty({
    example: 'rtmp://media.example.com/…',
    description: 'Scheme and host; what may be secret is left out.',
  })
  url!: string;
  @ApiProperty({ enum: ['closed', 'connecting', 'up', 'lost'] }) state!: 'closed' | 'connecting' | 'up' | 'lost';
  @ApiProperty({ description: 'Whether viewers see it, or would see it if it delivered.' }) on_air!: boolean;
  @ApiProperty({ nullable: true, type: Number, description: 'Unix seconds since when it is up, or not up.' })
  since!: number | null;
  @ApiProperty({ nullable: true, type: String, example: '1280x720, 30 fps, h264; aac, stereo, 48 kHz' })
  description!: string | null;
  @ApiProperty({
    nullable: true,
    type: ExplainedLeadDto,
    description: 'When its media arrives; null while it is not on air or does not deliver.',
  })
  arrival!: ExplainedLeadDto | null;
  @ApiProperty({ description: 'Times it was lost since the stream started.' }) losses!: number;
  @ApiProperty({ description: 'Times it was lost in the last minute.' }) losses_recently!: number;
  @ApiProperty({ nullable: true, type: String, example: null, description: 'Why it was lost last, in words.' })
  last_problem!: string | null;
  @ApiProperty({ example: 'It delivers.', description: 'How it fares, in words.' }) verdict!: string;
}

export class ExplainedNextDto {
  @ApiProperty({ enum: ['slate', 'next-source', 'give-up', 'fail-back'] })
  what!: 'slate' | 'next-source' | 'give-up' | 'fail-back';
  @ApiProperty({ example: 1767225615, description: 'Unix seconds.' }) at!: number;
  @ApiProperty({ example: 4.2 }) in_seconds!: number;
}

export class ExplainedProgrammeDto {
  @ApiProperty({ enum: PROGRAMME_STEPS, description: 'What viewers see.' }) step!: ProgrammeStep;
  @ApiProperty({ example: 'The preferred source delivers.', description: 'Why, in words.' }) why!: string;
  @ApiProperty({ example: 1767225602.4, description: 'Unix seconds since when.' }) since!: number;
  @ApiProperty({ type: [ExplainedNextDto], description: 'What comes next if nothing changes, soonest first.' })
  next!: ExplainedNextDto[];
}

export class ExplainedBucketDto {
  @ApiProperty({ nullable: true, type: Number, description: 'Upper bound, ms; null: beyond all of them.' })
  up_to_ms!: number | null;
  @ApiProperty({ example: 240 }) parts!: number;
}

export class ExplainedRungDto {
  @ApiProperty({ example: '720p' }) name!: string;
  @ApiProperty({ enum: ['up', 'down'] }) state!: 'up' | 'down';
  @ApiProperty({ description: 'Times its encoder was replaced since the stream started.' }) restarts!: number;
  @ApiProperty({ description: 'The same in the last minute.' }) restarts_recently!: number;
  @ApiProperty({
    nullable: true,
    type: Number,
    description: 'How many times faster than real time it encodes, estimated; below 1 it falls behind.',
  })
  speed!: number | null;
  @ApiProperty({ nullable: true, type: Number, description: 'From a unit to its fragment, ms: median of a second.' })
  encode_ms!: number | null;
  @ApiProperty({ description: 'Pictures (AAC frames, of the sound) that wait for the encoder.' }) queued_units!: number;
  @ApiProperty({ description: 'Parts since the stream started.' }) parts!: number;
  @ApiProperty({ description: 'Of these gaps.' }) gaps!: number;
  @ApiProperty({ description: 'Parts of the last minute.' }) parts_recently!: number;
  @ApiProperty({ description: 'Of these gaps.' }) gaps_recently!: number;
  @ApiProperty({
    type: [ExplainedBucketDto],
    description: 'Parts of the last minute by the time from the end of their media to their announcement.',
  })
  publish_delays!: ExplainedBucketDto[];
  @ApiProperty({ nullable: true, type: Number, description: 'Of these, the median, ms, by interpolation.' })
  publish_delay_median_ms!: number | null;
  @ApiProperty({ nullable: true, type: Number, description: 'And the 95th percentile.' })
  publish_delay_p95_ms!: number | null;
  @ApiProperty({ example: 'It keeps up.', description: 'How it fares, in words.' }) verdict!: string;
}

export const LATENCY_LEGS = ['source', 'playout', 'encoder', 'publication', 'part', 'player'] as const;
export type LatencyLegName = (typeof LATENCY_LEGS)[number];

export class ExplainedLegDto {
  @ApiProperty({ enum: LATENCY_LEGS }) name!: LatencyLegName;
  @ApiProperty({ nullable: true, type: Number, description: 'null: cannot be known here.' }) ms!: number | null;
  @ApiProperty({
    example: 'The allowance for late media: PLAYOUT_JITTER.',
    description: 'What it is, and what shortens it.',
  })
  words!: string;
}

export class ExplainedLatencyDto {
  @ApiProperty({ type: [ExplainedLegDto] }) legs!: ExplainedLegDto[];
  @ApiProperty({ nullable: true, enum: LATENCY_LEGS, type: String }) slowest!: LatencyLegName | null;
  @ApiProperty({ nullable: true, type: Number, description: 'Sum of the legs that are known, ms.' })
  total_ms!: number | null;
}

export class ExplainedComplaintDto {
  @ApiProperty({ example: 'source 0', description: 'Which source or rung it is about.' }) about!: string;
  @ApiProperty({ example: 'Non-monotonous DTS', description: 'What ffmpeg said, without what may be secret.' })
  said!: string;
  @ApiProperty({ nullable: true, type: String, description: 'What that means; null: no translation is known.' })
  meaning!: string | null;
  @ApiProperty({ nullable: true, type: String, description: 'What to do about it.' }) remedy!: string | null;
}

export class ExplanationDto {
  @ApiProperty({ example: 'demo' }) stream_id!: string;
  @ApiProperty({ enum: STREAM_STATES }) status!: StreamState;
  @ApiProperty({ example: 1767225660, description: 'Unix seconds.' }) at!: number;
  @ApiProperty({
    type: [String],
    example: ['The stream plays.'],
    description: 'One to five sentences, the most important first: each a cause and its effect.',
  })
  summary!: string[];
  @ApiProperty({ type: [String], example: [], description: 'What to do now; empty when nothing is to be done.' })
  advice!: string[];
  @ApiProperty({ type: [ExplainedSourceDto] }) sources!: ExplainedSourceDto[];
  @ApiProperty({ type: ExplainedProgrammeDto }) programme!: ExplainedProgrammeDto;
  @ApiProperty({ type: [ExplainedRungDto] }) rungs!: ExplainedRungDto[];
  @ApiProperty({ type: ExplainedLatencyDto }) latency!: ExplainedLatencyDto;
  @ApiProperty({ type: [ExplainedComplaintDto], description: 'What ffmpeg said last, translated.' })
  ffmpeg!: ExplainedComplaintDto[];
}
