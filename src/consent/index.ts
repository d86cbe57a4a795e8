export {
  agree,
  forgetAccount,
  listAgreementChanges,
  readAgreement,
  refuse,
  withdrawAgreement,
  type Agreement,
  type ConsentDeps,
} from './agreement.ts';
export { releasableScopes, releasedClaims, type Claims, type ClaimUse, type ClaimValue } from './claims.ts';
export type { AgreementChange, Parties } from './store.ts';
