export { ADMISSIONS, SETTING_TABLE, type SettingName, type Settings } from './setting-table.js';
export { readSettings, type Environment } from './read-settings.js';
export {
  describeSettings,
  renderConfigurationPage,
  renderExampleEnvironment,
  type SettingDescription,
} from './settings-docs.js';
export { SETTINGS, SettingsModule } from './settings.module.js';
