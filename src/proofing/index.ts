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
  readGpConnection,
  sweepProofing,
  type GpConnection,
} from './keeping.ts';
export type {
  MethodWords,
  ProofContext,
  ProofingMethod,
  ProofingTools,
  ProofPerson,
} from './method.ts';
export { openProofing, type Offers, type Proofing } from './proofing.ts';
