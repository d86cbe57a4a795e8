import { readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import { z } from 'zod';
import { digestOf, openPayload } from '../engine/sealed-entity.ts';
import { selectEntityByUid } from '../engine/store.ts';

type SessionDeps = Pick<Deps, 'db' | 'clock' | 'secrets'>;

const storedSession = z.object({
  uid: z.string(),
  accountId: z.string(),
  amr: z.array(z.string()).default([]),
  loginTs: z.number(),
});

/** Somebody's sign-in as their session has it; `loginTs` in seconds by the house's clock. */
export type SessionSignIn = z.output<typeof storedSession>;

/** @returns undefined if nobody is signed in in it */
export function openSession(deps: SessionDeps, sealed: Buffer): SessionSignIn | undefined {
  return storedSession.safeParse(openPayload(deps, 'Session', sealed)).data;
}

/** @returns whether a sign-in that began then still stands: the account is there, and its sign-ins weren't ended since */
export async function signInStands(
  deps: Pick<Deps, 'db'>,
  signIn: { accountId: string; beganAt: Date },
): Promise<boolean> {
  const account = await readAccount(deps, signIn.accountId);
  return account !== undefined && account.signInsValidFrom <= signIn.beganAt;
}

/** @returns whether somebody is still signed in in a session: it wasn't ended, isn't expired, and the sign-in stands */
export async function isStillLiving(
  deps: SessionDeps,
  session: { uid: string; accountId: string },
): Promise<boolean> {
  const entity = await selectEntityByUid(deps.db, { model: 'Session', uid: digestOf(session.uid) });
  if (entity === undefined || entity.expiresAt <= deps.clock.now()) return false;
  const found = openSession(deps, entity.sealedPayload);
  if (found?.accountId !== session.accountId) return false;
  return signInStands(deps, { accountId: found.accountId, beganAt: signedInAt(found) });
}

export function signedInAt({ loginTs }: SessionSignIn): Date {
  return new Date(Math.round(loginTs * 1000));
}
