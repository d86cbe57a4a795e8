export {
  authenticationFactors,
  identityLevels,
  supportedLevels,
  supportedProfiles,
  type AuthenticationFactor,
  type IdentityLevel,
  type Profile,
} from './levels.ts';
export { levelOf } from './level-of.ts';
export {
  defaultVtr,
  matchVector,
  missingFactors,
  parseVtr,
  type Achieved,
  type Vector,
  type VtrReading,
} from './vectors.ts';
