import { agree } from '#consent';
import type { House } from '#foundation/deps';
import { readQuery } from '#foundation/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Interaction, InteractionResults, Session } from 'oidc-provider';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { sendStartAgain, type RenderProblem } from '../endpoints/engine-problems.ts';
import { createEngineTime, type EngineTime } from '../engine/engine-time.ts';
import { isStillLiving, type SessionSignIn } from '../hand-over/living-session.ts';
import { forgetHandOver, handOverParameter, standingOf } from '../hand-over/standing.ts';
import { keepRequest } from '../requests/pushed.ts';
import { amrOf } from './factors.ts';
import { fidoParameter, forgetFidoResponse } from './fido-response.ts';
import { againReasons, endedReasons } from './policy.ts';
import { redeemTicket, type JourneyResult } from './tickets.ts';
import { findWithSession, type InteractionParts } from './waiting-requests.ts';

interface ReturnParts extends InteractionParts {
  readonly renderProblem: RenderProblem;
}

/** Mounts the way back from the journeys to the engine, with a ticket. */
export function mountReturn(app: FastifyInstance, parts: ReturnParts): void {
  app.get(`${addresses.interaction}/:uid/return`, { exposeHeadRoute: false }, (request, reply) =>
    comeBack(parts, request, reply),
  );
}

async function comeBack(parts: ReturnParts, request: FastifyRequest, reply: FastifyReply) {
  const { house } = parts;
  const waiting = await findWithSession(parts, request, reply);
  if (waiting === undefined) return sendStartAgain(parts.renderProblem, request, reply);
  const { interaction, session } = waiting;
  const token = readQuery(request.query, 'ticket') ?? '';
  const ticket = await redeemTicket(house.deps, { uid: interaction.uid, token });
  if (ticket === undefined) {
    // The same link a second time: go where the first one led.
    const isAnswered = interaction.result !== undefined;
    const address = isAnswered ? interaction.returnTo : `${addresses.interaction}/${interaction.uid}`;
    return reply.redirect(address, 303);
  }
  const results = await describeResult(house, { interaction, session }, ticket);
  if (results === undefined) {
    await interaction.destroy();
    return reply.redirect(await requestAgain(house, interaction), 303);
  }
  if (ticket.result.kind === 'signed-in') {
    forgetHandOver(interaction);
    forgetFidoResponse(interaction);
  }
  if (ticket.result.kind === 'agreed') await keepAgreement(house, interaction, ticket.result);
  const isOther =
    results.login !== undefined &&
    session.accountId !== undefined &&
    session.accountId !== results.login.accountId;
  if (isOther) await session.destroy();
  // The engine holds on to the session that a request began with; by now the browser may have another, or none.
  if (isOther || interaction.session?.uid !== session.uid) interaction.session = undefined;
  interaction.result = results;
  await interaction.persist();
  return reply.redirect(interaction.returnTo, 303);
}

async function keepAgreement(
  house: House,
  interaction: Interaction,
  { accountId, scopes, level }: Extract<JourneyResult, { kind: 'agreed' }>,
): Promise<void> {
  const clientId = z.string().parse(interaction.params['client_id']);
  await house.transact((deps) => agree(deps, { accountId, clientId, scopes, level }));
}

interface Found {
  readonly interaction: Interaction;
  /** The browser's session as it is now. */
  readonly session: Session;
}

/** @returns what the engine is to be told; undefined if it rests on a session that is no longer there */
async function describeResult(
  house: House,
  { interaction, session }: Found,
  { result, issuedAt }: { result: JourneyResult; issuedAt: Date },
): Promise<InteractionResults | undefined> {
  const time = createEngineTime(house.clock);
  switch (result.kind) {
    case 'refused':
      return { error: result.error, error_description: result.description };
    case 'again':
    case 'agreed': {
      const lent = await lentSession(house, { interaction, session });
      if ((lent ?? session).accountId !== result.accountId) return undefined;
      const login = lent === undefined ? {} : { login: signInOf(time, lent) };
      const agreed = result.kind === 'agreed' ? { consent: {} } : {};
      return { ...interaction.lastSubmission, ...login, ...agreed };
    }
    case 'signed-in': {
      const { accountId } = result;
      if (isAnother(interaction, accountId)) return anotherPerson;
      if (!wasStepUp(interaction, accountId)) {
        const ts = time.toEngine(issuedAt.getTime() / 1000);
        return { ...interaction.lastSubmission, login: { accountId, amr: amrOf(result), ts } };
      }
      if (session.accountId !== accountId || session.loginTs === undefined) return undefined;
      const amr = [...new Set([...(session.amr ?? []), ...amrOf(result)])];
      return { ...interaction.lastSubmission, login: { accountId, amr, ts: session.loginTs } };
    }
  }
}

/** The engine compares the hint with whoever is signed in at the beginning, but not with whoever signs in then. */
const anotherPerson = {
  error: 'login_required',
  error_description: 'somebody else signed in than the person of id_token_hint',
};

function isAnother({ params }: Interaction, accountId: string): boolean {
  const { id_token_hint: hint } = params;
  return typeof hint === 'string' && decodeJwt(hint).sub !== accountId;
}

/** @returns the session that was handed over to the request, if it still lives and nobody else has signed in since */
async function lentSession(
  house: House,
  { interaction, session }: Found,
): Promise<SessionSignIn | undefined> {
  const standing = standingOf(interaction.params);
  if (standing?.outcome !== 'accepted') return undefined;
  const isOther = session.accountId !== undefined && session.accountId !== standing.session.accountId;
  return !isOther && (await isStillLiving(house.deps, standing.session)) ? standing.session : undefined;
}

function signInOf(time: EngineTime, { accountId, amr, loginTs }: SessionSignIn) {
  return { accountId, amr, ts: time.toEngine(loginTs), remember: false };
}

/** @returns whether the journey built on a sign-in that stood when it began, and only a factor was missing */
function wasStepUp({ session, prompt }: Interaction, accountId: string): boolean {
  const isFull = prompt.reasons.some(
    (reason) => endedReasons.includes(reason) || againReasons.includes(reason),
  );
  return session?.accountId === accountId && !isFull;
}

/**
 * Keeps the service's request, as if the service had pushed it again: it may have come signed or pushed, which the bare
 * parameters could not. An assertion in it has been judged, and is good for nothing more.
 *
 * @returns the address that makes the request anew
 */
async function requestAgain(house: House, { params }: Interaction): Promise<string> {
  const kept = Object.entries(params).filter(
    ([name, value]) => typeof value === 'string' && name !== handOverParameter && name !== fidoParameter,
  );
  const parameters = z.record(z.string(), z.string()).parse(Object.fromEntries(kept));
  const clientId = z.string().parse(parameters['client_id']);
  const { requestUri } = await keepRequest(house.deps, { clientId, parameters, isSigned: true });
  const query = new URLSearchParams({ client_id: clientId, request_uri: requestUri });
  return `${addresses.authorize}?${query.toString()}`;
}
