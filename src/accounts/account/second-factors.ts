import type { Deps } from '#foundation/deps';
import {
  addAuthenticatorApp,
  removeAuthenticatorApp,
  type AppAdded,
} from '../credentials/authenticator-app/app.ts';
import { makeRecoveryCodes } from '../credentials/recovery-codes/codes.ts';
import { deleteDevicesOf } from '../devices/store.ts';
import { isLastFactor } from '../recovery/proofs.ts';
import { removeLandline, setLandline, type Account } from './account.ts';
import { lockAccount } from './store.ts';
import { tellOfChange } from './tell-of-change.ts';

/** Who changes something of an account, and since when they are proven to be its owner. */
interface Owner {
  readonly accountId: string;
  readonly provenAt: Date;
}

/** The account's sign-ins were ended since the person proved who they are, or it was closed. */
type Refused = { readonly outcome: 'refused' };

/** Reads the account and holds other changes of it back. @returns undefined unless what its owner proved still counts */
async function lockFor(
  { db }: Pick<Deps, 'db'>,
  { accountId, provenAt }: Owner,
): Promise<Account | undefined> {
  const account = await lockAccount(db, accountId);
  return account !== undefined && account.signInsValidFrom <= provenAt ? account : undefined;
}

/** Connects an authenticator app for whoever has proven who they are, and tells them. Call it in a transaction. */
export async function connectApp(
  deps: Deps,
  app: Owner & { secret: string; code: string },
): Promise<AppAdded | Refused> {
  const account = await lockFor(deps, app);
  if (account === undefined) return { outcome: 'refused' };
  const added = await addAuthenticatorApp(deps, app);
  if (added.outcome === 'added') await tellOfChange(deps, { account, change: 'app-added' });
  return added;
}

/**
 * Removes the authenticator app for whoever has proven who they are, and tells them. Call it in a transaction.
 *
 * @returns `last` where they would have nothing left but the password
 */
export async function disconnectApp(
  deps: Deps,
  owner: Owner,
): Promise<{ readonly outcome: 'removed' | 'none' | 'last' } | Refused> {
  const account = await lockFor(deps, owner);
  if (account === undefined) return { outcome: 'refused' };
  if (await isLastFactor(deps, account, 'app')) return { outcome: 'last' };
  if (!(await removeAuthenticatorApp(deps, account.id))) return { outcome: 'none' };
  await tellOfChange(deps, { account, change: 'app-removed' });
  return { outcome: 'removed' };
}

/**
 * Sets the landline that is called, once whoever has proven who they are has shown that it is theirs, and tells them. Where
 * it takes the place of another, no browser is remembered any more. Call it in a transaction.
 *
 * @param change.landline E.164, as `readLandline` returned it
 */
export async function changeLandline(
  deps: Deps,
  change: Owner & { landline: string },
): Promise<{ readonly outcome: 'changed' | 'same' } | Refused> {
  const { accountId, landline } = change;
  const account = await lockFor(deps, change);
  if (account === undefined) return { outcome: 'refused' };
  if (account.landline === landline) return { outcome: 'same' };
  await deleteDevicesOf(deps.db, accountId);
  await setLandline(deps, { accountId, landline });
  await tellOfChange(deps, { account, change: 'landline-added' });
  return { outcome: 'changed' };
}

/** Forgets the landline for whoever has proven who they are, and tells them. Call it in a transaction. @returns as {@link disconnectApp} */
export async function dropLandline(
  deps: Deps,
  owner: Owner,
): Promise<{ readonly outcome: 'removed' | 'none' | 'last' } | Refused> {
  const account = await lockFor(deps, owner);
  if (account === undefined) return { outcome: 'refused' };
  if (await isLastFactor(deps, account, 'landline')) return { outcome: 'last' };
  if (!(await removeLandline(deps, account.id))) return { outcome: 'none' };
  await tellOfChange(deps, { account, change: 'landline-removed' });
  return { outcome: 'removed' };
}

/** Makes ten recovery codes for whoever has proven who they are, and tells them. Call it in a transaction. */
export async function renewRecoveryCodes(
  deps: Deps,
  owner: Owner,
): Promise<{ readonly outcome: 'made'; readonly codes: readonly string[] } | Refused> {
  const account = await lockFor(deps, owner);
  if (account === undefined) return { outcome: 'refused' };
  const codes = await makeRecoveryCodes(deps, account.id);
  await tellOfChange(deps, { account, change: 'recovery-codes-made' });
  return { outcome: 'made', codes };
}
