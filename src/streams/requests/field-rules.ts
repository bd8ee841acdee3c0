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

const MOST_LABELS = 16;
const LABEL_NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/i;
const LABEL_VALUE = /^[^\p{Cc}]{0,120}$/u;

/** A few short names with short values. */
@ValidatorConstraint({ name: 'labels' })
export class AreLabels implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const labels = Object.entries(value as Record<string, unknown>);
    const isLabel = ([name, text]: [string, unknown]): boolean =>
      LABEL_NAME.test(name) && typeof text === 'string' && LABEL_VALUE.test(text);
    return labels.length <= MOST_LABELS && labels.every(isLabel);
  }

  defaultMessage(): string {
    return `labels must be an object of up to ${MOST_LABELS} texts of up to 120 characters, under names of up to 63 letters, digits, _, . and - that begin with a letter or digit`;
  }
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
