export { endSignIns, signInsEndedQueue } from './account/end-sign-ins.ts';
export {
  addFirstNumber,
  changePhone,
  createAccount,
  findAccountId,
  forgetAccount,
  holdLogin,
  listAccountIds,
  readAccount,
  recordSignIn,
  setLandline,
  setLanguage,
  setPhone,
  signInsStand,
  type Account,
  type AccountCreated,
} from './account/account.ts';
export {
  addAuthenticatorApp,
  checkAuthenticatorCode,
  readAuthenticatorApp,
  type AppCodeChecked,
  type AuthenticatorApp,
} from './credentials/authenticator-app/app.ts';
export {
  daysToReact,
  daysUntilUnreachable,
  findDueToClose,
  monthsUntilClosed,
  monthsUntilClosedUntold,
  monthsUntilTold,
  noteUse,
  tellUnused,
  triesUntilUnreachable,
  whyDueToClose,
} from './account/unused.ts';
export {
  changeLandline,
  connectApp,
  disconnectApp,
  dropLandline,
  renewRecoveryCodes,
} from './account/second-factors.ts';
export { clearLocks } from './clear-locks.ts';
export {
  makeDueEmailChanges,
  readEmailChange,
  readEmailChangeLink,
  requestEmailChange,
  stopEmailChange,
  withdrawEmailChange,
  type EmailChangeLink,
} from './account/email-change.ts';
export type { ChangeEnding } from './account/email-change-store.ts';
export { emailForSending, readEmail, type ReadEmail } from './account/email.ts';
export { tellOfChange } from './account/tell-of-change.ts';
export { accountPart } from './account/store.ts';
export { readLandline, readPhone, type ReadPhone } from './account/phone.ts';
export {
  checkSecurityCode,
  codePurposes,
  findSecurityCode,
  sendSecurityCode,
  type CodeChannel,
  type CodeChecked,
  type CodePurpose,
  type CodeRequest,
  type CodeSent,
} from './credentials/one-time-code/code.ts';
export {
  checkPasskey,
  describePasskeySignIn,
  type PasskeyChecked,
} from './credentials/passkey/check.ts';
export {
  addPasskey,
  describeNewPasskey,
  listPasskeys,
  mostNameCharacters as mostPasskeyNameCharacters,
  removePasskey,
  renamePasskey,
  type Passkey,
  type PasskeyAdded,
} from './credentials/passkey/passkeys.ts';
export { facetsAddress } from './credentials/uaf/question.ts';
export {
  addUafKey,
  checkUafResponse,
  describeUafAuthentication,
  describeUafRegistration,
  listUafKeys,
  removeUafKey,
  removeUafKeys,
  type UafKey,
} from './credentials/uaf/uaf.ts';
export { checkPassword, type PasswordChecked } from './credentials/password/check.ts';
export { countNewPassword, hashPassword } from './credentials/password/new-password.ts';
export {
  createPasswordPolicy,
  type PasswordPolicy,
  type PasswordStrength,
} from './credentials/password/policy.ts';
export { networkOf } from './network.ts';
export {
  forgetDevice,
  isDeviceRemembered,
  listRememberedDevices,
  rememberDevice,
  type RememberedDevice,
} from './devices/remembered.ts';
export { tellPersonalData } from './personal-data-store.ts';
export { isLoginLocked, lockLogin } from './recovery/lock.ts';
export {
  changePassword,
  readPasswordReset,
  requestPasswordReset,
  resetPassword,
  startAccountsWork,
  type PasswordReset,
  type ResetRequested,
  type ResetState,
} from './recovery/password-reset.ts';
export {
  countRecoveryAnswer,
  isNumberOf,
  listRecoveryProofs,
  listSecondFactors,
  readAccountWithFactors,
  recoveryProofs,
  secondFactors,
  type RecoveryProof,
  type SecondFactor,
} from './recovery/proofs.ts';
export {
  makeDueReplacements,
  noteSecondFactor,
  readPendingReplacement,
  readReplacementWait,
  readStopLink,
  requestReplacement,
  stopReplacement,
  type NumberKind,
  type PendingReplacement,
  type StopLink,
} from './recovery/replacement.ts';
export {
  makeRecoveryCodes,
  readRecoveryCodes,
  redeemRecoveryCode,
  type RecoveryCodes,
} from './credentials/recovery-codes/codes.ts';
export { sweepAccounts } from './sweep.ts';
