import type { House } from '#foundation/deps';
import { revokeFamily } from './store.ts';

/** Why the tokens of a sign-in ended before their time. */
export type RevocationReason = 'code_replayed' | 'refresh_token_reused' | 'by_client';

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
