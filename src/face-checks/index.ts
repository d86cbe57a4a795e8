export { FaceModelsFault } from './models-fault.ts';
export {
  forgetAccount,
  forgetScan,
  loadProviderPlugs,
  openFaceChecks,
  sweepFaceChecks,
} from './face-checks.ts';
export type { FaceProvider, LookedAt, Picture, ProviderPlug } from './provider.ts';
export {
  burstLimits,
  checkReasons,
  faceChecks,
  scanActs,
  scanHints,
  type AskedAct,
  type BegunScan,
  type Burst,
  type BurstEnd,
  type CheckEnd,
  type CheckReason,
  type FaceCheck,
  type FaceChecks,
  type FaceVerdict,
  type ScanAct,
  type ScanHint,
  type ScanOf,
  type VerdictBasis,
} from './types.ts';
