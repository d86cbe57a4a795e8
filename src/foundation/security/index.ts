export {
  attemptFailed,
  attemptNotMade,
  attemptSucceeded,
  countAttempt,
  countAttemptBeside,
  forgetAttempts,
  readLock,
  sweepLimits,
  type AttemptOutcome,
  type Limited,
  type LimitRule,
} from './limits.ts';
export { createPasswordHasher, type PasswordHasher } from './password-hash.ts';
export { fewRandomBytes } from './random.ts';
export { createWorkQueue, type WorkQueue } from './work-queue.ts';
export { createSecrets, randomToken, secretsEqual, type Secrets } from './secrets.ts';
