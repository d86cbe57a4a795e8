export {
  nations,
  registrableVectors,
  type Client,
  type ClientKey,
  type ClientRegistration,
  type Nation,
} from './client.ts';
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
