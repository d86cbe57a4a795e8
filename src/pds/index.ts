export { openRegister, type Register } from './client/open.ts';
export { readPatient } from './client/read.ts';
export { tracePatient } from './client/trace.ts';
export { updateContactDetails } from './client/update.ts';
export type {
  ContactChanges,
  ContactPoint,
  ContactUpdate,
  Demographics,
  RegisterPatient,
  RegisterReading,
  RegisterUnavailable,
  Trace,
} from './register.ts';
export {
  clearRegisterFaults,
  listRegisterFaults,
  registerFaultKinds,
  setRegisterFault,
  type RegisterFault,
  type RegisterFaultKind,
} from './simulator/faults.ts';
export {
  hasSimulatedPatient,
  listSimulatedPatients,
  putSimulatedPatient,
  resetSimulatedRegister,
  seedSimulatedRegister,
  type RegisteredPerson,
} from './simulator/people.ts';
export {
  registerSimulatorAddresses,
  startRegisterSimulator,
  type RegisterSimulator,
} from './simulator/server.ts';
