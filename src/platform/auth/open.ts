/** Marks what may be asked without a token. */
import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Settings } from '../settings/index.js';

export const OPEN = 'lockstep:open';
export type OpenWhen = (settings: Settings) => boolean;

/**
 * This route, or every route of this controller, is open to all; with `when`, as far as the settings say so. A route
 * without the mark needs a token: to forget it costs a 401, not a stream.
 */
export function Open(when: OpenWhen = () => true): CustomDecorator {
  return SetMetadata(OPEN, when);
}

export const WELCOMES_STRANGERS = 'lockstep:welcomes-strangers';

/** This route answers who shows no token too; a token that is shown must be a right one. */
export const WelcomesStrangers = (): CustomDecorator => SetMetadata(WELCOMES_STRANGERS, true);
