export type {
  ContactPoint,
  Demographics,
  RegisterPatient,
  RegisterReading,
  RegisterUnavailable,
  Trace,
} from './register.ts';
