import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LimitsModule, WriteLimit } from '../limits/index.js';
import { AuthFailures } from './auth-failures.js';
import { AuthGuard } from './auth.guard.js';
import { WhoamiController } from './whoami.controller.js';

/** Checks the token of every request, and GET /whoami. The guards act in this order: writes are counted by token. */
@Module({
  imports: [LimitsModule],
  controllers: [WhoamiController],
  providers: [AuthFailures, { provide: APP_GUARD, useClass: AuthGuard }, { provide: APP_GUARD, useClass: WriteLimit }],
})
export class AuthModule {}
