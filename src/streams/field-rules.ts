/** Rules for fields of requests that several fields share. */
import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumber, Max, Min, Validate, ValidateIf, ValidatorConstraint } from 'class-validator';
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';

const A_MONTH = 30 * 86_400;

/** Seconds, fractions allowed; null: never; absent: the setting. */
export function OptionalSeconds({
  min,
  description,
}: {
  readonly min: number;
  readonly description: string;
}): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      nullable: true,
      type: Number,
      minimum: min,
      maximum: A_MONTH,
      description: `Seconds. ${description}`,
    }),
    ValidateIf((_, value) => value !== null && value !== undefined),
    IsNumber({}, { message: '$property must be a number of seconds, or null for never' }),
    Min(min, { message: `$property must be at least ${min} seconds, or null for never` }),
    Max(A_MONTH),
  );
}

@ValidatorConstraint({ name: 'isAbsentWith' })
class OneOfTwo implements ValidatorConstraintInterface {
  validate(_: unknown, { object, constraints }: ValidationArguments): boolean {
    return (object as Record<string, unknown>)[String(constraints[0])] === undefined;
  }

  defaultMessage({ property, constraints }: ValidationArguments): string {
    return `${property} takes the place of ${String(constraints[0])}: give one of the two`;
  }
}

/** The field may be there only without this other one. */
export const IsAbsentWith = (other: string): PropertyDecorator => Validate(OneOfTwo, [other]);
