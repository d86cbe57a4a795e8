import type { Deps, House } from '#foundation/deps';
import type { Jobs } from '#foundation/jobs';
import { readClient, type Client } from '#partners';
import { z } from 'zod';
import { digestOf } from '../engine/sealed-entity.ts';
import { sidOf } from '../tokens/family.ts';
import { backChannelQueue, type BackChannelJob } from './back-channel.ts';
import { endSession, revokeFamiliesOfSession, selectClientsOfSession } from './store.ts';

const afterwardsQueue = 'openid.after-sign-out';
/** Longer than a request takes that was under way; and longer than one that waits for a database at its limits. */
const againAfterSeconds = [5, 60];
const afterwardsRules = {
  retryLimit: 5,
  retryDelay: 1,
  retryDelayMax: 30,
  expireInSeconds: 60,
  atOnce: 2,
};
const afterwardsJob = z.object({
  /** The digest of the session. */
  uid: z.base64url(),
  accountId: z.string(),
  /** Its name, sealed; a job of the release before has none. */
  sealedUid: z.base64().optional(),
});
const sealPurpose = 'openid signed-out session';

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
    const { wasLiving, parties, losing } = await endEverything(deps, named);
    // A button pressed twice tells nobody twice.
    for (const party of wasLiving ? parties : losing) await announce(deps, party, { uid, accountId });
    if (!wasLiving) return;
    const sealedUid = deps.secrets.seal(sealPurpose, Buffer.from(uid)).toString('base64');
    const again = { uid: named.uid.toString('base64url'), accountId, sealedUid };
    for (const afterSeconds of againAfterSeconds)
      await deps.enqueue(afterwardsQueue, again, { afterSeconds });
    await deps.audit({
      type: 'sign-out',
      accountId,
      ...(clientId === undefined ? {} : { clientId }),
      details: { services: parties.map((party) => party.clientId) },
    });
  });
}

/**
 * Starts ending sessions again, twice, some time after people signed out: a request that was under way in another tab may have
 * stored the session again, under a new name, or have been given a code in it. Services that were given tokens for it meanwhile are told, too.
 */
export async function startEndingAgain(house: House, jobs: Jobs): Promise<void> {
  await jobs.work(afterwardsQueue, afterwardsRules, async (data) => {
    const { uid: digest, accountId, sealedUid } = afterwardsJob.parse(data);
    await house.transact(async (deps) => {
      const { losing } = await endEverything(deps, { uid: Buffer.from(digest, 'base64url'), accountId });
      if (sealedUid === undefined) return;
      const uid = deps.secrets.unseal(sealPurpose, Buffer.from(sealedUid, 'base64')).toString();
      for (const party of losing) await announce(deps, party, { uid, accountId });
    });
  });
}

interface Ended {
  /** Whether the session had not ended before. */
  readonly wasLiving: boolean;
  /** The services that were given tokens in it, and take part in signing out. */
  readonly parties: readonly Client[];
  /** Of these, those whose tokens were good until now. */
  readonly losing: readonly Client[];
}

async function endEverything(deps: Deps, session: { uid: Buffer; accountId: string }): Promise<Ended> {
  const now = deps.clock.now();
  const wasLiving = await endSession(deps.db, { uid: session.uid, now });
  const parties = await partiesOf(deps, await selectClientsOfSession(deps.db, session));
  const clientIds = parties.map((party) => party.clientId);
  const lost = await revokeFamiliesOfSession(deps.db, { ...session, clientIds, now });
  return { wasLiving, parties, losing: parties.filter(({ clientId }) => lost.includes(clientId)) };
}

/** @returns of some services, those that take part in signing out */
export async function partiesOf(deps: Pick<Deps, 'db'>, clientIds: readonly string[]): Promise<Client[]> {
  const clients = await Promise.all(clientIds.map((clientId) => readClient(deps, clientId)));
  return clients.filter((client) => client !== undefined).filter(({ logout }) => logout !== undefined);
}

/**
 * Tells a service, in the background, that somebody is signed out.
 *
 * @param session.uid left out where all of theirs are meant
 */
export async function announce(
  deps: Pick<Deps, 'secrets' | 'enqueue'>,
  { clientId, logout }: Client,
  { uid, accountId }: { readonly uid: string | undefined; readonly accountId: string },
): Promise<void> {
  if (logout?.backChannelUri === undefined) return;
  const isNamed = logout.needsSid && uid !== undefined;
  const sid = isNamed ? { sid: sidOf(deps.secrets, { sessionUid: uid, clientId }) } : {};
  const job: BackChannelJob = { clientId, accountId, ...sid };
  await deps.enqueue(backChannelQueue, job);
}
