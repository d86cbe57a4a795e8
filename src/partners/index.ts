export { type RegistrationRules } from './address.ts';
export {
  registrableLevels,
  registrableVectors,
  requestUses,
  serviceLanguages,
  type Client,
  type ClientKey,
  type ClientRegistration,
  type LocalText,
  type RequestUse,
} from './client.ts';
export {
  readListedService,
  searchDirectory,
  type DirectoryPage,
  type DirectorySearch,
  type ListedService,
} from './directory.ts';
export { createClientKeys, type ClientKeys } from './key-set/client-keys.ts';
export {
  clientOnTheWire,
  clientRegistration,
  overlayRegistration,
} from './registration.ts';
export {
  listClients,
  readClient,
  registerClient,
  removeClient,
  updateClient,
  type ReadingDeps,
  type RegistryDeps,
} from './registry.ts';
export { clientClaimsPart, clientPart, type ClientClaims } from './store.ts';
