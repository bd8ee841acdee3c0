/** What this machine can do, what is given away, and measuring it anew. */
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { freeCores } from '../engine/capacity/index.js';
import { Costly } from '../platform/limits/index.js';
import { Problems } from '../platform/problems/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { Admission, hundredths, Machine } from './capacity/index.js';
import type { CalibrationDto, StreamCostDto } from './capacity.dto.js';
import { CapacityDto } from './capacity.dto.js';
import type { LiveStream } from './live/index.js';
import { StreamsService } from './streams.service.js';

@ApiTags('capacity')
@Controller('capacity')
export class CapacityController {
  constructor(
    @Inject(Admission) private readonly admission: Admission,
    @Inject(Machine) private readonly machine: Machine,
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Show how many processor cores there are, are given away, and are free' })
  @ApiOkResponse({ type: CapacityDto })
  show(): CapacityDto {
    const running = this.streams.list().filter(({ active }) => active);
    const room = this.admission.room(running);
    return {
      admission: this.settings.admission,
      cores: hundredths(this.machine.cores),
      total: hundredths(room.totalCores),
      committed: hundredths(room.committedCores),
      free: hundredths(freeCores(room)),
      calibration: this.calibration(),
      streams: running.map((stream) => this.costOf(stream)),
    };
  }

  @Post('calibrate')
  @Costly()
  @HttpCode(200)
  @ApiOperation({ summary: 'Measure what streams cost on this machine: some seconds of one core, beside what runs' })
  @ApiOkResponse({ type: CapacityDto })
  // What was known before stays.
  @Problems('calibration-failed', 'ffmpeg-missing', 'ffmpeg-too-old')
  async calibrate(): Promise<CapacityDto> {
    await this.machine.calibrate();
    return this.show();
  }

  private calibration(): CalibrationDto {
    const { known, measuring, lastProblem } = this.machine;
    const { encodeFrame, encodeMegapixel, decodeMegapixel, scaleMegapixel, soundSecond } = known.costs;
    return {
      origin: known.origin,
      measured_at: known.origin === 'measured' ? known.measuredAtMs / 1000 : null,
      measuring,
      preset: this.settings.encoderPreset,
      costs: {
        encode_frame_ms: milliseconds(encodeFrame),
        encode_megapixel_ms: milliseconds(encodeMegapixel),
        decode_megapixel_ms: milliseconds(decodeMegapixel),
        scale_megapixel_ms: milliseconds(scaleMegapixel),
        sound_second_ms: milliseconds(soundSecond),
      },
      last_problem: lastProblem?.detail ?? null,
    };
  }

  private costOf(stream: LiveStream): StreamCostDto {
    const { total, intake, encoders, packaging } = this.admission.costOf(stream);
    return {
      stream_id: stream.id,
      cores: hundredths(total),
      intake: hundredths(intake),
      encoders: hundredths(encoders),
      packaging: hundredths(packaging),
      source_known: stream.plan !== undefined,
    };
  }
}

/** To the microsecond. */
const milliseconds = (seconds: number): number => Math.round(seconds * 1e6) / 1000;
