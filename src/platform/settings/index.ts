export { SCOPES, type ApiToken, type Scope } from './api-tokens.js';
export {
  ADMISSIONS,
  EVENT_TYPES,
  LOG_LEVELS,
  SETTING_TABLE,
  type SettingName,
  type Settings,
} from './setting-table.js';
export { isLoopback } from './agreements.js';
export { forgetSecrets, readSettings, type Environment } from './read-settings.js';
export {
  describeSettings,
  renderConfigurationPage,
  renderExampleEnvironment,
  type SettingDescription,
} from './settings-docs.js';
export { SETTINGS, SettingsModule } from './settings.module.js';
