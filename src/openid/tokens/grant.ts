import type { House } from '#foundation/deps';
import type { Client } from '#partners';
import type { JWTPayload } from 'jose';
import type { About, Read } from './about-store.ts';
import type { Mint } from './mint.ts';
import type { OneUse } from './one-use.ts';
import type { TokenParameters } from './token-form.ts';

export interface TokenDeps {
  readonly house: House;
  readonly mint: Mint;
}

/** A token response. @see RFC 6749 §5.1 */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer' | 'DPoP';
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly id_token?: string;
  readonly scope: string;
}

/** A request of a service that has shown who it is. */
export interface TokenRequest {
  readonly client: Client;
  readonly params: TokenParameters;
  /** Spent by the first thing that is written, so that a replayed request changes nothing. */
  readonly use: OneUse;
  /** What the request says it is about, and what was read of that. */
  readonly about: About;
  readonly read: Read;
  /** The thumbprint of the key that the service has proven to hold; its access token is bound to it. */
  readonly jkt?: string | undefined;
}

/** How an access token says what it is bound to, and how the answer says so. @see RFC 9449 §5, §6.1 */
export function bindingTo(jkt: string | undefined): {
  readonly tokenType: 'Bearer' | 'DPoP';
  readonly claims: JWTPayload;
} {
  return jkt === undefined
    ? { tokenType: 'Bearer', claims: {} }
    : { tokenType: 'DPoP', claims: { cnf: { jkt } } };
}

/** A way to come by tokens. */
export interface Grant {
  /** @returns what a request says it is about; empty if it does not say so */
  readonly about: (house: House, params: TokenParameters) => About;
  /** Exchanges what a service brings for tokens. */
  readonly exchange: (deps: TokenDeps, request: TokenRequest) => Promise<TokenAnswer>;
}
