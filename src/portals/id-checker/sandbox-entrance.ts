import type { FastifyReply } from 'fastify';
import type { Web } from '#foundation/http';
import { setSession } from '../desk/portal.ts';
import { emailKeyOf } from '../staff/email-key.ts';
import { openSession } from '../staff/session.ts';
import { selectStaff } from '../staff/store.ts';

const portal = 'id-checker';

/**
 * Signs a browser in as somebody of the staff of the desk where ID is checked whom a sandbox has from the beginning, without a
 * password or a code.
 *
 * @param email one of those of `describeSandboxStaff`
 * @returns where to go on; undefined if there is nobody with that address
 * @throws {Error} in production
 */
export async function enterAsSandboxChecker(
  { web, reply }: { readonly web: Web; readonly reply: FastifyReply },
  email: string,
): Promise<string | undefined> {
  const { house } = web;
  if (house.settings.mode === 'production') throw new Error('nobody comes in without password and code');
  const staff = await selectStaff(house.deps, { emailKey: emailKeyOf(house.deps, email) });
  if (staff === undefined) return undefined;
  const session = await house.transact((deps) => openSession(deps, { staffId: staff.id, portal }));
  setSession({ web, name: portal }, reply, session);
  return `/${portal}`;
}
