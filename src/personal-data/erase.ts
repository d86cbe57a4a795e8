import { forgetAccount as forgetLogin, holdLogin } from '#accounts';
import { forgetAccount as forgetAgreements } from '#consent';
import { forgetAccount as forgetEvidence } from '#evidence';
import { forgetAccount as forgetScans } from '#face-checks';
import type { Deps } from '#foundation/deps';
import { forgetAccount as forgetIdentity } from '#identity';
import { forgetAccount as forgetTokens } from '#openid';
import { forgetAccount as forgetProofs } from '#proofing';
import { forgetAccount as forgetCases } from '#review';

/** Has every room forget an account, in a transaction: the login last, so that until then the others know whose it is. */
export async function eraseAccount(deps: Deps, accountId: string): Promise<void> {
  await holdLogin(deps, accountId);
  await forgetTokens(deps, accountId);
  await forgetAgreements(deps, accountId);
  await forgetProofs(deps, accountId);
  await forgetCases(deps, accountId);
  await forgetEvidence(deps, accountId);
  await forgetScans(deps, accountId);
  await forgetIdentity(deps, accountId);
  await forgetLogin(deps, accountId);
}
