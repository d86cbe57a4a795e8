export {
  houseSettings,
  setting,
  type Mode,
  type SettingDefinition,
} from './definitions.ts';
export { readDefinitions, readSettings, SettingsFault, type Environment, type Settings } from './read.ts';
