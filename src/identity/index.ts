export {
  decisionOutcomes,
  raisingReasons,
  registerMethods,
  type DecisionOutcome,
  type DecisionReason,
} from './decision-codes.ts';
export {
  readDecisions,
  recordDecision,
  sweepIdentity,
  type ComparedDetail,
  type Decision,
  type Evidence,
  type RegisterMatchEvidence,
} from './decisions.ts';
export {
  authenticationFactors,
  identityLevels,
  levelRank,
  levelsOf,
  supportedFactors,
  type AuthenticationFactor,
  type IdentityLevel,
} from './levels.ts';
export { checkGpCredentialsLater, gpCredentialsQueue, withdrawGpCredentials } from './gp-credentials.ts';
export {
  ageRules,
  blockFastTrack,
  isCompetent,
  mayReachHigh,
  minimumAgeFor,
  mostMinimumAge,
  readFastTrackBlock,
  recordCompetence,
  setMinimumAge,
  unblockFastTrack,
  withdrawCompetence,
  type AgeRule,
  type DecidedByStaff,
  type HighAllowed,
  type Locality,
  type MinimumAge,
} from './local-policy.ts';
export { clearMatchLimits } from './match-limits.ts';
export { nationsOf } from './nations.ts';
export {
  establishIdentity,
  forgetAccount,
  keepGpCredentials,
  levelOf,
  readIdentity,
  type GpCredentials,
  type Identity,
  type IdentityDetails,
  type IdentityEstablished,
  type KnownIdentity,
} from './record.ts';
export { tellPersonalData } from './personal-data-store.ts';
export type { Claimed } from './match-rules.ts';
export {
  acceptMatch,
  isOutdated,
  matchCandidate,
  matchRegister,
  readMatchLock,
  rejectMatch,
  type MatchCandidate,
  type RegisterMatch,
} from './register-match.ts';
export { allowedEverywhere, raiseToHigh, type RaisedToHigh } from './raise.ts';
export { detailsOf, phoneIsOn } from './register-details.ts';
export { startIdentityWork, recheckLater } from './recheck-later.ts';
export { latestReading, recheckIdentity, type Recheck } from './recheck.ts';
export { badStandings, standingReferences, type BadStanding } from './standing.ts';
export { identityPart } from './store.ts';
export {
  defaultVtr,
  findMissing,
  findWays,
  matchVector,
  parseVtr,
  saysTwoFactors,
  type Achieved,
  type Missing,
  type Vector,
  type VtrReading,
} from './vectors.ts';
export { withdrawHigh, type HighWithdrawn } from './withdraw.ts';
