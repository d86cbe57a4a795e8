export {
  loadGpSystems,
  type CallOptions,
  type GpSystems,
  type GpSystemsHouse,
  type SupplierFacts,
  type VouchFor,
} from './gp-systems.ts';
export type { FormerSupplier, NewPractice, Practice } from './practice.ts';
export {
  changeSupplier,
  listPractices,
  mergePractices,
  openPractice,
  readFormerSuppliers,
  readPractice,
  splitPractice,
  type OpenedPractice,
  type PracticeChange,
} from './practices.ts';
export type { Refused, RefusalReason } from './refusal.ts';
export { readRegistrationDetail } from './registration-detail.ts';
export type {
  Connecting,
  Connection,
  IdentityCheck,
  IdentityCheckMethod,
  Linkage,
  NotOffered,
  OnlineServices,
  PatientAtPractice,
  Registration,
  RegistrationDetails,
  SystemUnavailable,
  Verification,
} from './supplier.ts';
export { loadSupplierPlugs } from './suppliers.ts';
export type { SupplierDifferences, SupplierWords } from './supplier-plug.ts';
export {
  clearGpSystemFaults,
  gpSystemFaultKinds,
  listGpSystemFaults,
  setGpSystemFault,
  type GpSystemFault,
  type GpSystemFaultKind,
} from './simulated/faults.ts';
export {
  addSimulatedPatient,
  changeSimulatedDetails,
  clearSimulatedGpPatients,
  hasSimulatedGpPatient,
  issueSimulatedDetails,
  putSimulatedGpPatient,
  removeSimulatedPatient,
  type DetailsState,
  type PatientStanding,
  type SimulatedGpAccount,
  type SimulatedGpPatient,
} from './simulated/seed.ts';
export { startGpSystemSimulators, type GpSystemSimulators } from './simulated/server.ts';
