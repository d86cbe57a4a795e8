import type { Db } from '#foundation/storage';
import type { IdentityLevel } from './levels.ts';

/**
 * Reads how well it is known who an account's owner is.
 *
 * @returns `P0`: no evidence is taken at this stage, so nothing higher can be true of anybody
 */
export async function levelOf(_deps: { readonly db: Db }, _accountId: string): Promise<IdentityLevel> {
  return 'P0';
}
