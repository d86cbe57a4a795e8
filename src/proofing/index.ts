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
  keepGpConnection,
  readGpConnection,
  sweepProofing,
  type GpConnection,
} from './keeping.ts';
export {
  proofingMethod,
  type MethodWords,
  type ProofContext,
  type ProofingMethod,
  type ProofingTools,
  type ProofPerson,
} from './method.ts';
export { openProofing, type Offers, type Proofing } from './proofing.ts';
