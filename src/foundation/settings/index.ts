export { houseSettings } from './definitions.ts';
export {
  readDefinitions,
  readSettings,
  setsAny,
  SettingsFault,
  type Environment,
  type Settings,
} from './read.ts';
export { systemAddress, unlessHttps } from './register-settings.ts';
export { oneLine, setting, type Mode, type SettingDefinition } from './setting.ts';
