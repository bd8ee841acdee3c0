/** The only file that sees every capability. */
import { Module, type DynamicModule } from '@nestjs/common';
import { OriginModule } from './origin/index.js';
import {
  AuthModule,
  ClockModule,
  DatabaseModule,
  DiskModule,
  HealthModule,
  LoggingModule,
  MetricsModule,
  ProblemsModule,
  ScheduleModule,
  SettingsModule,
  WebhooksModule,
  type Settings,
} from './platform/index.js';
import { StreamsModule } from './streams/index.js';
import { ViewersModule } from './viewers/index.js';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        ...[
          ClockModule,
          LoggingModule,
          ProblemsModule,
          ScheduleModule,
          DatabaseModule,
          MetricsModule,
          AuthModule,
          HealthModule,
          DiskModule,
          WebhooksModule,
        ],
        ...[OriginModule, StreamsModule, ViewersModule],
      ],
    };
  }
}
