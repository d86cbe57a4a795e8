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
export {
  describeAsking,
  readSharing,
  releasableClaims,
  releasableScopes,
  releasedClaims,
  sharingIn,
  sharingParts,
  type Asking,
  type ClaimContext,
  type Claims,
  type ClaimUse,
  type ClaimValue,
  type Sharing,
} from './claims.ts';
export {
  beginClientMetadata,
  keepClientMetadata,
  mostMetadataCharacters,
  randomMetadata,
} from './client-metadata.ts';
export { clientMetadataPart } from './metadata-store.ts';
export type { AgreementChange, Parties } from './store.ts';
