/** The answer bodies of the capacity API. */
import { ApiProperty } from '@nestjs/swagger';
import { ADMISSIONS } from '../platform/settings/index.js';

export class MachineCostsDto {
  @ApiProperty({ description: 'Milliseconds of processor time x264 takes for every frame, however small.' })
  encode_frame_ms!: number;
  @ApiProperty({ description: 'And for every megapixel of it.' }) encode_megapixel_ms!: number;
  @ApiProperty({ description: 'Of decoding a megapixel.' }) decode_megapixel_ms!: number;
  @ApiProperty({ description: 'Of scaling, for a megapixel read or written.' }) scale_megapixel_ms!: number;
  @ApiProperty({ description: 'Of encoding a second of sound.' }) sound_second_ms!: number;
}

export class CalibrationDto {
  @ApiProperty({
    enum: ['measured', 'built-in'],
    description: 'built-in: high guesses, until this machine is measured.',
  })
  origin!: 'measured' | 'built-in';
  @ApiProperty({ nullable: true, type: Number, description: 'Unix seconds.' }) measured_at!: number | null;
  @ApiProperty({ description: 'Whether a measurement is under way.' }) measuring!: boolean;
  @ApiProperty({ example: 'veryfast', description: 'x264 preset that was measured.' }) preset!: string;
  @ApiProperty({ type: MachineCostsDto }) costs!: MachineCostsDto;
  @ApiProperty({ nullable: true, type: String, description: 'Why the last measurement failed.' })
  last_problem!: string | null;
}

export class StreamCostDto {
  @ApiProperty({ example: 'demo' }) stream_id!: string;
  @ApiProperty({ description: 'Processor cores it is expected to keep busy.' }) cores!: number;
  @ApiProperty({ description: 'Of these: decoding and scaling.' }) intake!: number;
  @ApiProperty({ description: 'Of these: encoding.' }) encoders!: number;
  @ApiProperty({ description: 'Of these: passing frames on, writing parts.' }) packaging!: number;
  @ApiProperty({ description: 'Whether its source is known; before that the size of its tallest rung is assumed.' })
  source_known!: boolean;
}

export class CapacityDto {
  @ApiProperty({ enum: ADMISSIONS, description: 'ADMISSION.' }) admission!: (typeof ADMISSIONS)[number];
  @ApiProperty({ description: 'Processor cores this server may use.' }) cores!: number;
  @ApiProperty({ description: 'Cores that streams may need: cores × ADMISSION_SHARE.' }) total!: number;
  @ApiProperty({ description: 'Cores that the running streams are expected to need.' }) committed!: number;
  @ApiProperty({ description: 'What is left of total.' }) free!: number;
  @ApiProperty({ type: CalibrationDto }) calibration!: CalibrationDto;
  @ApiProperty({ type: [StreamCostDto] }) streams!: StreamCostDto[];
}
