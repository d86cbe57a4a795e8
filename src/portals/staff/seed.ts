import type { Deps } from '#foundation/deps';

import { addMember, type MemberDeps } from './members.ts';
import { endInvitationsOf } from './invitation-store.ts';
import type { Place, Role } from './roles.ts';
import { updateCredentials } from './store.ts';

/** A member of staff whom a sandbox knows from the beginning. */
export interface SeededStaff {
  readonly place: Place;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  /** As the house's hasher returned it. */
  readonly passwordHash: string;
  /** Of the authenticator, in base32. */
  readonly secret: string;
}

/** Puts a member of staff in whose access is set up already, in a transaction. For a sandbox and for tests. @returns their id */
export async function seedStaff(deps: MemberDeps & Pick<Deps, 'db'>, staff: SeededStaff): Promise<string> {
  const { staffId } = await addMember(deps, staff);
  await endInvitationsOf(deps.db, staffId);
  await updateCredentials(deps, {
    id: staffId,
    passwordHash: staff.passwordHash,
    secret: staff.secret,
    step: 0,
  });
  return staffId;
}
