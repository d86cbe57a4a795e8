import type { House } from '#foundation/deps';
import type { Interaction, KoaContextWithOIDC, UnknownObject } from 'oidc-provider';
import { z } from 'zod';
import { rulesOf } from '../engine/client-metadata.ts';
import type { EngineTime } from '../engine/engine-time.ts';
import { readVectors } from '../sign-in/request-rules.ts';
import { judgeHandOver, type HandOver, type HandOverDeps } from './accept.ts';

/** In a request, the assertion; in what the engine keeps of the request, what became of it. */
export const handOverParameter = 'asserted_login_identity';

const standing = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('refused') }),
  /** It is about another person than the one who is signed in in this browser. */
  z.object({ outcome: z.literal('somebody-else') }),
  z.object({
    outcome: z.literal('accepted'),
    session: z.object({
      uid: z.string(),
      accountId: z.string(),
      amr: z.array(z.string()),
      loginTs: z.number(),
    }),
  }),
]);
export type HandOverStanding = z.output<typeof standing>;

/** @returns what became of a request's hand-over; undefined if it made none, or if the session is the browser's own */
export function standingOf(params: UnknownObject | undefined): HandOverStanding | undefined {
  const text = params?.[handOverParameter];
  return typeof text === 'string' ? standing.parse(JSON.parse(text)) : undefined;
}

/** Once somebody has signed in themselves, it is of no account any more how they came. */
export function forgetHandOver(interaction: Interaction): void {
  const { [handOverParameter]: _, ...params } = interaction.params;
  interaction.params = params;
}

/**
 * Judges the hand-over of an authorization request. Somebody who is handed over is signed in for this request only: the
 * session is lent to it, and the browser is given none.
 */
export function takeHandOver(deps: HandOverDeps, time: EngineTime) {
  const { house } = deps;
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { client, params, session, prompts, route } = ctx.oidc;
    const assertion = params?.[handOverParameter];
    if (typeof assertion !== 'string' || params === undefined || route !== 'authorization') return;
    params[handOverParameter] = undefined;
    if (client === undefined || session === undefined) throw new Error('the engine knows both by now');
    // Whoever must prove anew who they are is not helped by it.
    if (prompts.has('login')) return;
    const { clientId } = client;
    const vectors = readVectors(params, rulesOf(client));
    const handOver = await judgeHandOver(deps, { assertion, to: clientId, vectors });
    const result = standingFor(session, handOver);
    if (result !== undefined) params[handOverParameter] = JSON.stringify(result);
    if (handOver.outcome === 'refused' || result?.outcome === 'somebody-else') {
      const reason = 'reason' in handOver ? handOver.reason : 'somebody_else';
      house.log.info({ clientId, reason }, 'a hand-over was not accepted');
      return;
    }
    await recordHandOver(house, handOver, clientId);
    if (result?.outcome !== 'accepted') return;
    const { accountId, amr, loginTs, uid } = result.session;
    await lend(ctx, uid);
    session.loginAccount({ accountId, amr, loginTs: time.toEngine(loginTs) });
  };
}

function standingFor(
  browser: { uid: string; accountId?: string | undefined },
  handOver: HandOver,
): HandOverStanding | undefined {
  if (handOver.outcome === 'refused') return { outcome: 'refused' };
  const { session } = handOver;
  if (browser.uid === session.uid) return undefined;
  const isOther = browser.accountId !== undefined && browser.accountId !== session.accountId;
  return isOther ? { outcome: 'somebody-else' } : { outcome: 'accepted', session };
}

/** Writes down that somebody was handed over, for them to know later. */
export async function recordHandOver(
  house: House,
  { from, session }: Extract<HandOver, { outcome: 'accepted' }>,
  to: string,
): Promise<void> {
  const { accountId } = session;
  await house.deps.audit({ type: 'sign-in.handed-over', accountId, clientId: to, details: { from } });
}

/**
 * Lets a request be answered in the name of a session without giving the browser that session or any other: what is
 * issued names the session, and the engine neither stores its own likeness of it nor sets a cookie.
 */
export async function lend({ oidc: { session } }: KoaContextWithOIDC, uid: string): Promise<void> {
  if (session === undefined) throw new Error('the engine always has a session');
  // Under a new name, so that destroying it does not end the session that the browser has.
  session.resetIdentifier();
  await session.destroy();
  session.uid = uid;
}
