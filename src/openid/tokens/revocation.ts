import type { Deps, House } from '#foundation/deps';
import { revokeFamiliesFor, revokeFamily, selectHasLiving } from './store.ts';

/** Why the tokens of a sign-in ended before their time. */
export type RevocationReason = 'code_replayed' | 'refresh_token_reused' | 'by_client' | 'by_owner';

/** Ends all tokens of a family, if it is this client's. Saying it twice changes nothing. */
export async function revokeTokens(
  house: House,
  revoked: { family: string; clientId: string; reason: RevocationReason },
): Promise<void> {
  await house.transact(async (deps) => {
    const { family, clientId, reason } = revoked;
    const owner = await revokeFamily(deps.db, { family, clientId, now: deps.clock.now() });
    if (owner === undefined) return;
    await deps.audit({ type: 'tokens.revoked', accountId: owner.accountId, clientId, details: { reason } });
  });
}

/** Ends, in a transaction, all tokens that a service has about somebody who shares nothing with it any more. */
export async function endTokensFor(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  { accountId, clientId }: { accountId: string; clientId: string },
): Promise<void> {
  const count = await revokeFamiliesFor(deps.db, { accountId, clientId, now: deps.clock.now() });
  const reason: RevocationReason = 'by_owner';
  if (count > 0) await deps.audit({ type: 'tokens.revoked', accountId, clientId, details: { reason } });
}

/** @returns whether a service, such as an app that keeps somebody signed in, can renew what it was given of an account */
export function hasLivingTokens(deps: Pick<Deps, 'db' | 'clock'>, accountId: string): Promise<boolean> {
  return selectHasLiving(deps.db, { accountId, now: deps.clock.now() });
}
