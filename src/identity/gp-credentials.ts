import type { Deps } from '#foundation/deps';
import { deleteGpCredentials } from './store.ts';

/** Where it is asked for that somebody's GP credentials are checked; worked off by those who can ask their practice's system. */
export const gpCredentialsQueue = 'identity.gp-credentials';

/**
 * Sees to it that somebody's GP credentials are checked in the background, and replaced where they are worth nothing any more;
 * once, however often it is called meanwhile.
 */
export function checkGpCredentialsLater(deps: Pick<Deps, 'enqueue'>, accountId: string): Promise<void> {
  return deps.enqueue(gpCredentialsQueue, { accountId }, { onceFor: accountId });
}

/**
 * Forgets credentials that are worth nothing any more, so that no service is given them.
 *
 * @param withdrawn.reason why, as a code
 */
export async function withdrawGpCredentials(
  deps: Pick<Deps, 'db' | 'audit'>,
  withdrawn: { readonly accountId: string; readonly reason: string },
): Promise<void> {
  const { accountId, reason } = withdrawn;
  if (await deleteGpCredentials(deps.db, accountId))
    await deps.audit({ type: 'identity.gp-credentials-withdrawn', accountId, details: { reason } });
}
