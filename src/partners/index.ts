export {
  registrableVectors,
  requestUses,
  type Client,
  type ClientKey,
  type ClientRegistration,
  type RequestUse,
} from './client.ts';
export { createClientKeys, type ClientKeys } from './key-set/client-keys.ts';
export {
  clientOnTheWire,
  clientRegistration,
  overlayRegistration,
  type RegistrationRules,
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
export { clientClaimsPart, type ClientClaims } from './store.ts';
