import { Global, Module } from '@nestjs/common';
import { WorkPlaces } from './costly.js';

/** The places that `@Costly()` routes share. The limit on writes stands behind the check of tokens, in AuthModule. */
@Global()
@Module({ providers: [WorkPlaces], exports: [WorkPlaces] })
export class LimitsModule {}
