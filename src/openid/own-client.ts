import type { Deps } from '#foundation/deps';
import { nations } from '#foundation/identifiers';
import type { Settings } from '#foundation/settings';
import { readClient, registrableVectors, type Client } from '#partners';
import { ownPages } from './addresses.ts';

/** The platform's own pages about somebody's account ask for a sign-in as services do, under this name. */
export const ownClientId = 'account-settings';

/** What those pages ask for: a password alone is too little to see them. */
export const ownVtr = '["P0.Cp.Cd","P0.Cp.Ck","P0.Cm"]';

function ownClient({ issuer, serviceName }: Pick<Settings, 'issuer' | 'serviceName'>): Client {
  const address = `${issuer}${ownPages.settings}`;
  return {
    clientId: ownClientId,
    clientName: serviceName,
    redirectUris: [address],
    homeUri: address,
    // It exchanges no codes, and so has no keys: the browser's session is what it signs people in for.
    jwks: { keys: [] },
    scopes: ['openid'],
    vectors: registrableVectors,
    nations: [...nations],
    ssoWith: [],
    im1Enabled: false,
    requireNonce: false,
    createdAt: new Date(0),
  };
}

/** @returns a connected service's registration, or that of our own pages */
export function findClient(
  deps: Pick<Deps, 'db' | 'settings'>,
  clientId: string,
): Promise<Client | undefined> {
  if (clientId === ownClientId) return Promise.resolve(ownClient(deps.settings));
  return readClient(deps, clientId);
}
