import type { Deps, House } from '#foundation/deps';
import { readClient, type Client } from '#partners';
import { digestOf } from '../engine/sealed-entity.ts';
import { sidOf } from '../tokens/family.ts';
import { backChannelQueue, type BackChannelJob } from './back-channel.ts';
import { endSession, revokeFamiliesOfSession, selectClientsOfSession } from './store.ts';

/**
 * Ends a session. Of the services that the person signed in to in it, those that take part in signing out lose their
 * tokens, and are told if they want to be; the others keep what the contract promises them.
 *
 * @param session.clientId the service that the person was sent by
 */
export async function endSignIn(
  house: House,
  session: { uid: string; accountId: string; clientId: string | undefined },
): Promise<void> {
  const { uid, accountId, clientId } = session;
  const named = { uid: digestOf(uid), accountId };
  await house.transact(async (deps) => {
    const now = deps.clock.now();
    // A button pressed twice tells nobody twice.
    if (!(await endSession(deps.db, { uid: named.uid, now }))) return;
    const parties = await partiesOf(deps, await selectClientsOfSession(deps.db, named));
    const clientIds = parties.map((party) => party.clientId);
    await revokeFamiliesOfSession(deps.db, { ...named, clientIds, now });
    for (const party of parties) await announce(deps, party, { uid, accountId });
    await deps.audit({
      type: 'sign-out',
      accountId,
      ...(clientId === undefined ? {} : { clientId }),
      details: { services: clientIds },
    });
  });
}

/** @returns of some services, those that take part in signing out */
async function partiesOf(deps: Deps, clientIds: readonly string[]): Promise<Client[]> {
  const clients = await Promise.all(clientIds.map((clientId) => readClient(deps, clientId)));
  return clients.filter((client) => client !== undefined).filter(({ logout }) => logout !== undefined);
}

async function announce(
  deps: Deps,
  { clientId, logout }: Client,
  session: { uid: string; accountId: string },
): Promise<void> {
  if (logout?.backChannelUri === undefined) return;
  const sid = logout.needsSid ? { sid: sidOf(deps.secrets, { sessionUid: session.uid, clientId }) } : {};
  const job: BackChannelJob = { clientId, accountId: session.accountId, ...sid };
  await deps.enqueue(backChannelQueue, job);
}
