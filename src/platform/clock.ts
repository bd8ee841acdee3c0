/** Time for whoever asks by injection; tests put a manual clock in its place. */
import { Global, Module } from '@nestjs/common';
import { SystemClock } from '../engine/clock.js';

/** Injection token of the `Clock`. */
export const CLOCK = Symbol('clock');

@Global()
@Module({ providers: [{ provide: CLOCK, useValue: new SystemClock() }], exports: [CLOCK] })
export class ClockModule {}
