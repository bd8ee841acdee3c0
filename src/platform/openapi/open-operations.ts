/** Which operations of the API description need no token: those of the routes that are marked open. */
import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { OPEN, type OpenWhen } from '../auth/index.js';
import { SETTINGS, type Settings } from '../settings/index.js';

/** By operationId, as the description names a method of a controller; one with several paths has a number behind. */
export function openOperations(app: INestApplicationContext): (operationId: string) => boolean {
  const settings = app.get<Settings>(SETTINGS);
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap(({ controllers: ofModule }) => [...ofModule.values()]);
  const classes = new Map(controllers.map(({ metatype }) => [metatype?.name, metatype as Controller | null]));
  return (operationId) => {
    const [, className, method] = /^(\w+?)_(\w+)/.exec(operationId) ?? [];
    const controller = classes.get(className);
    if (!controller || method === undefined) return false;
    const mark = markOf(controller.prototype[method]) ?? markOf(controller);
    return mark?.(settings) ?? false;
  };
}

type Controller = { readonly prototype: Readonly<Record<string, unknown>> };

const markOf = (marked: unknown): OpenWhen | undefined =>
  marked ? (Reflect.getMetadata(OPEN, marked) as OpenWhen | undefined) : undefined;
