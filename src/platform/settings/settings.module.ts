/** Gives every module the settings: `@Inject(SETTINGS) settings: Settings`. */
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { readSettings } from './read-settings.js';
import type { Settings } from './setting-table.js';

/** Injection token of the settings. */
export const SETTINGS = Symbol('settings');

@Global()
@Module({
  providers: [{ provide: SETTINGS, useFactory: (): Settings => readSettings(process.env) }],
  exports: [SETTINGS],
})
export class SettingsModule {
  /** These settings instead of the environment's: for tests, and for a program that has read them already. */
  static with(settings: Settings): DynamicModule {
    return { module: SettingsModule, providers: [{ provide: SETTINGS, useValue: settings }] };
  }
}
