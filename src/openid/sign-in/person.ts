import { readSharing, type Sharing } from '#consent';
import type { House } from '#foundation/deps';
import type { Identity } from '#identity';
import type { Account as EngineAccount, AccountClaims, KoaContextWithOIDC } from 'oidc-provider';
import { EngineRequest } from '../engine/engine-request.ts';

/** The engine's view of an account; what is released about its owner the engine never asks. */
class Person implements EngineAccount {
  [key: string]: unknown;
  readonly accountId: string;
  #sharing: Sharing;

  constructor(sharing: Sharing) {
    this.accountId = sharing.account.id;
    this.#sharing = sharing;
  }

  /** Who they are, and what they share with the service whose request this is. */
  get sharing(): Sharing {
    return this.#sharing;
  }

  /** For the rest of the request they are known like this. */
  learn(identity: Identity): void {
    this.#sharing = { ...this.#sharing, identity };
  }

  claims(): AccountClaims {
    return { sub: this.accountId };
  }
}

/** Finds an account for the engine, once in a request. @returns undefined if there is none (any more) */
export async function findPerson(
  house: House,
  ctx: KoaContextWithOIDC,
  accountId: string,
): Promise<EngineAccount | undefined> {
  const clientId = ctx.oidc.client?.clientId ?? '';
  const known = ctx.req instanceof EngineRequest ? ctx.req.sharing : undefined;
  const isKnown = known?.clientId === clientId && known.sharing.account.id === accountId;
  const sharing = isKnown ? known.sharing : await readSharing(house.deps, { accountId, clientId });
  return sharing === undefined ? undefined : new Person(sharing);
}

/** @returns whose request it is, if anybody is signed in */
export function personOf(ctx: KoaContextWithOIDC): Person | undefined {
  return ctx.oidc.account instanceof Person ? ctx.oidc.account : undefined;
}
