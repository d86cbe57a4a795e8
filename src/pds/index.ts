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
