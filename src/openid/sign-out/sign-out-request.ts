import type { House } from '#foundation/deps';
import { readClient, type Client } from '#partners';
import { decodeJwt } from 'jose';
import type { Provider } from 'oidc-provider';
import { isClientId } from '../engine/client-metadata.ts';

/** What a service sends somebody along with to sign out; the values as they came. */
export interface SignOutParameters {
  readonly id_token_hint?: string | undefined;
  readonly client_id?: string | undefined;
  readonly post_logout_redirect_uri?: string | undefined;
  readonly state?: string | undefined;
}

export type SignOutReading =
  | {
      readonly outcome: 'valid';
      /** The service that sends them; absent when somebody came by themselves. */
      readonly client?: Pick<Client, 'clientId' | 'clientName'>;
      /** Where they go afterwards. */
      readonly address?: string;
      /** Whom the service means. */
      readonly accountId?: string;
    }
  /** `redirect`: to be sent back to an address that isn't registered; `request`: anything else. */
  | { readonly outcome: 'refused'; readonly problem: 'redirect' | 'request' };

const mostStateCharacters = 2048;
const refused = (problem: 'redirect' | 'request'): SignOutReading => ({ outcome: 'refused', problem });

/**
 * Reads a request to sign out. Only a service that takes part in signing out may make one, and only to an address that
 * it has registered is anybody sent.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 §2, §3
 */
export async function readSignOut(
  parts: { house: House; provider: Provider },
  params: SignOutParameters,
): Promise<SignOutReading> {
  const { id_token_hint: hint, post_logout_redirect_uri: uri, state } = params;
  const hinted = hint === undefined ? undefined : await readHint(parts.provider, hint);
  if (hint !== undefined && hinted === undefined) return refused('request');
  const clientId = params.client_id ?? hinted?.clientId;
  if (hinted !== undefined && hinted.clientId !== clientId) return refused('request');
  if (clientId === undefined) return uri === undefined ? { outcome: 'valid' } : refused('redirect');
  const client = isClientId(clientId) ? await readClient(parts.house.deps, clientId) : undefined;
  if (client?.logout === undefined) return refused('request');
  if (uri !== undefined && !client.logout.redirectUris.includes(uri)) return refused('redirect');
  if (state !== undefined && state.length > mostStateCharacters) return refused('request');
  return {
    outcome: 'valid',
    client,
    ...(uri === undefined ? {} : { address: withState(uri, state) }),
    ...(hinted === undefined ? {} : { accountId: hinted.accountId }),
  };
}

/** @returns whom and which service an ID token of ours is about, however old; undefined if it is none of ours */
async function readHint(
  provider: Provider,
  hint: string,
): Promise<{ accountId: string; clientId: string } | undefined> {
  try {
    const { aud, sub, token_use: use } = decodeJwt(hint);
    if (use !== 'id' || typeof aud !== 'string' || sub === undefined || !isClientId(aud)) return undefined;
    const client = await provider.Client.find(aud);
    if (client === undefined) return undefined;
    await provider.IdToken.validate(hint, client);
    return { accountId: sub, clientId: aud };
  } catch {
    return undefined;
  }
}

function withState(address: string, state: string | undefined): string {
  if (state === undefined) return address;
  const url = new URL(address);
  url.searchParams.set('state', state);
  return url.href;
}
