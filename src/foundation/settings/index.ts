export { houseSettings } from './definitions.ts';
export { readDefinitions, readSettings, SettingsFault, type Environment, type Settings } from './read.ts';
export { setting, type Mode, type SettingDefinition } from './setting.ts';
