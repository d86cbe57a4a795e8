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
export {
  releasableClaims,
  releasableScopes,
  type ClaimContext,
  type ClaimUse,
  type ClaimValue,
} from './claim-rules.ts';
export {
  describeAsking,
  itemsShared,
  readSharing,
  releasedClaims,
  sharingIn,
  sharingParts,
  type Asking,
  type Claims,
  type Sharing,
} from './claims.ts';
export {
  beginClientMetadata,
  keepClientMetadata,
  mostMetadataCharacters,
  randomMetadata,
} from './client-metadata.ts';
export { clientMetadataPart } from './metadata-store.ts';
export { tellPersonalData } from './personal-data-store.ts';
export type { AgreementChange, Parties } from './store.ts';
