export { scanActs } from '#face-checks';
export {
  challengeWays,
  documentKinds,
  faceWays,
  hasBack as documentHasBack,
  type ChallengeWay,
  type DocumentKind,
  type FourDigits,
} from './capture/answers.ts';
export {
  areDetailsUsed,
  detailsLifetimeSeconds,
  listIssuedDetails,
  recordIssuedDetails,
  withdrawIssuedDetails,
  type IdentityCheckByStaff,
  type IssuedDetails,
  type IssuedState,
  type IssuedTo,
} from './issued-details.ts';
export {
  forgetAccount,
  keepDetailsUsed,
  readGpConnection,
  releaseDetails,
  sweepProofing,
  type GpConnection,
} from './keeping.ts';
export { clearDetailsLimits } from './details-limits.ts';
export {
  standings,
  type MethodWords,
  type ProofContext,
  type ProofIntent,
  type ProofingMethod,
  type ProofingTools,
  type ProofPerson,
  type ProvenWithoutPages,
  type ScannedWithoutPages,
  type ScanSpecimens,
  type SentWithoutPages,
  type Specimens,
  type Standing,
} from './method.ts';
export type { AttemptState } from './capture/attempt-store.ts';
export { readNoAccess } from './gp-access/access.ts';
export type { NoAccess } from './gp-access/holder.ts';
export { tellPersonalData } from './personal-data-store.ts';
export { startProofingWork } from './work.ts';
export { sweepAttempts } from './capture/attempts.ts';
export { continueAddress, endedAddress } from './capture/on-your-phone/addresses.ts';
export {
  type FoundHandOver,
  type HandOver,
  findHandOver,
  finishHandOver,
  joinHandOver,
  readHandOver,
} from './capture/on-your-phone/hand-over.ts';
export { maskEmail } from './capture/on-your-phone/masked-email.ts';
export { type Begun, type Offers, type Proofing, openProofing } from './proofing.ts';
export { scanRoutes } from './capture/scan/routes.ts';
export { mayUploadVideo } from './capture/upload-ticket.ts';
export { openDocumentReader, readDocument, type DocumentReader } from './documents/reader.ts';
export type { DocumentFinding, DocumentReading, DocumentToRead } from './documents/types.ts';
