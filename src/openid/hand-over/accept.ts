import { readAgreement } from '#consent';
import { systemClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { levelOf, matchVector, type Vector } from '#identity';
import { readClient } from '#partners';
import { isClientId } from '../engine/client-metadata.ts';
import { factorsOf } from '../sign-in/factors.ts';
import type { VerifyByClient } from '../tokens/client-signature.ts';
import { familyOfIdToken } from '../tokens/family.ts';
import { spendAssertion } from '../tokens/store.ts';
import { claimedIssuer, verifyHandOver } from './assertion.ts';
import { openSession, signedInAt, signInStands, type SessionSignIn } from './living-session.ts';
import { selectFamilyAndSession, type FamilyAndSession } from './store.ts';

/** What judging hand-overs needs. */
export interface HandOverDeps {
  readonly house: House;
  readonly verifyByClient: VerifyByClient;
}

/** Why a hand-over is not accepted; for the log, and for those who develop the service. */
export type HandOverRefusal =
  | 'unreadable'
  | 'unknown_service'
  | 'not_verified'
  | 'used_before'
  | 'unknown_id_token'
  | 'session_ended'
  | 'pair_not_allowed'
  | 'vtr_not_satisfied';

export type HandOver =
  | {
      readonly outcome: 'accepted';
      /** The service that hands over. */
      readonly from: string;
      readonly session: SessionSignIn;
    }
  | { readonly outcome: 'refused'; readonly reason: HandOverRefusal };

const refused = (reason: HandOverRefusal): HandOver => ({ outcome: 'refused', reason });

/**
 * Judges an assertion with which one service hands somebody who is signed in there over to another, and spends it: the
 * same is never accepted again.
 *
 * @param asked.to client id of the service that receives
 * @param asked.vectors what that service asks for
 * @returns the session that the person is signed in in
 */
export async function judgeHandOver(
  { house, verifyByClient }: HandOverDeps,
  asked: { assertion: string; to: string; vectors: readonly Vector[] },
): Promise<HandOver> {
  const { assertion, to, vectors } = asked;
  const from = claimedIssuer(assertion);
  if (from === undefined) return refused('unreadable');
  const asking = isClientId(from) ? await readClient(house.deps, from) : undefined;
  if (asking === undefined) return refused('unknown_service');
  const verified = await verifyHandOver(verifyByClient, {
    assertion,
    service: asking,
    now: systemClock().now(),
  });
  if (verified === undefined) return refused('not_verified');
  // Asking a service for its keys may take a while, in which something else may have become of it.
  const service = asking.jwksUri === undefined ? asking : await readClient(house.deps, from);
  if (service === undefined || service.jwksUri !== asking.jwksUri) return refused('unknown_service');
  if (!(await spendAssertion(house.database.db, verified.use))) return refused('used_before');
  if (!service.ssoWith.includes(to)) return refused('pair_not_allowed');
  const family = familyOfIdToken(house.secrets, verified.idTokenId);
  if (family === undefined) return refused('unknown_id_token');
  const found = await selectFamilyAndSession(house.database.db, { family, now: house.clock.now() });
  if (found?.clientId !== from) return refused('unknown_id_token');
  const session = await livingSession(house, found);
  if (session === undefined) return refused('session_ended');
  const isEnough = matchVector(vectors, {
    level: await levelOf(house.deps, session.accountId),
    factors: new Set(factorsOf(session.amr)),
  });
  return isEnough === undefined ? refused('vtr_not_satisfied') : { outcome: 'accepted', from, session };
}

/** @returns the session in which the ID token was issued, if all that the token tells of still holds */
async function livingSession(house: House, found: FamilyAndSession): Promise<SessionSignIn | undefined> {
  const { accountId, clientId, sealedSession } = found;
  if (sealedSession === null || found.revokedAt !== null) return undefined;
  const session = openSession(house.deps, sealedSession);
  if (session?.accountId !== accountId) return undefined;
  const beganAt = new Date(Math.min(found.signedInAt.getTime(), signedInAt(session).getTime()));
  const [stands, agreement] = await Promise.all([
    signInStands(house.deps, { accountId, beganAt }),
    readAgreement(house.deps, { accountId, clientId }),
  ]);
  return stands && agreement !== undefined ? session : undefined;
}
