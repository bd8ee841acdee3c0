/** The body of a change to a running stream. */
import { ApiHideProperty, PartialType, PickType } from '@nestjs/swagger';
import { Validate, ValidateIf, ValidatorConstraint } from 'class-validator';
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';
import { StartStreamDto } from './streams.dto.js';

@ValidatorConstraint({ name: 'fixedForLife' })
class NeverThere implements ValidatorConstraintInterface {
  validate(): boolean {
    return false;
  }

  defaultMessage({ property }: ValidationArguments): string {
    return `${property} cannot be changed while the stream runs: end it and start it anew, or start another under another id`;
  }
}

/** Known, so that it can be refused with a remedy. */
const FixedForLife = (): PropertyDecorator => (target, name) => {
  ApiHideProperty()(target, name);
  ValidateIf((_, value) => value !== undefined)(target, name);
  Validate(NeverThere)(target, name);
};

const CHANGEABLE = [
  'source_url',
  'source_urls',
  'slate_after',
  'next_source_after',
  'give_up_after',
  'fail_back_after',
  'slate_text',
  'slate_image',
  'stale_after',
  'title',
  'labels',
] as const;

/** What is absent stays as it is; null is what it is in a start: never, or, for texts and labels, none of its own. */
export class UpdateStreamDto extends PartialType(PickType(StartStreamDto, CHANGEABLE), { skipNullProperties: false }) {
  @FixedForLife() stream_id?: unknown;
  @FixedForLife() qualities?: unknown;
  @FixedForLife() enable_hls?: unknown;
  @FixedForLife() enable_dash?: unknown;
  @FixedForLife() low_latency?: unknown;
  @FixedForLife() segment_format?: unknown;
}
