export {
  agree,
  forgetAccount,
  listAgreementChanges,
  listAgreements,
  readAgreement,
  refuse,
  withdrawAgreement,
  type Agreement,
  type ConsentDeps,
} from './agreement.ts';
export { releasableScopes, releasedClaims, type Claims, type ClaimUse, type ClaimValue } from './claims.ts';
export type { AgreementChange, Parties } from './store.ts';
