export { challengeWays, documentKinds, type ChallengeWay, type DocumentKind } from './capture/answers.ts';
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
export type {
  MethodWords,
  ProofContext,
  ProofIntent,
  ProofingMethod,
  ProofingTools,
  ProofPerson,
  ProvenWithoutPages,
} from './method.ts';
export { readNoAccess } from './gp-access/access.ts';
export { startProofingWork } from './work.ts';
export { openProofing, type Offers, type Proofing } from './proofing.ts';
export { openDocumentReader, readDocument, type DocumentReader } from './documents/reader.ts';
export {
  documentFindings,
  type DocumentFinding,
  type DocumentReading,
  type DocumentToRead,
} from './documents/types.ts';
