export { openRegister, type Register } from './client/open.ts';
export { readPatient } from './client/read.ts';
export { tracePatient } from './client/trace.ts';
export type {
  ContactPoint,
  Demographics,
  RegisterPatient,
  RegisterReading,
  RegisterUnavailable,
  Trace,
} from './register.ts';
