import { agree, readSharing } from '#consent';
import type { House } from '#foundation/deps';
import { readQuery } from '#foundation/http';
import type { FastifyInstance } from 'fastify';
import type { Interaction, InteractionResults } from 'oidc-provider';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { sendStartAgain } from '../endpoints/engine-problems.ts';
import { createPass, type EngineRouteParts, type Pass } from '../endpoints/engine-routes.ts';
import type { EngineRequest } from '../engine/engine-request.ts';
import { createEngineTime, type EngineTime } from '../engine/engine-time.ts';
import { isStillLiving, type SessionSignIn } from '../hand-over/living-session.ts';
import { forgetHandOver, handOverParameter, standingOf } from '../hand-over/standing.ts';
import { findClient } from '../own-client.ts';
import { keepRequest } from '../requests/pushed.ts';
import type { Exchange } from '../sessions/browser-sessions.ts';
import { amrOf } from './factors.ts';
import { fidoParameter, forgetFidoResponse } from './fido-response.ts';
import { againReasons, endedReasons } from './policy.ts';
import { ticketParameter, wayBack, type JourneyResult, type Ticket } from './tickets.ts';
import { findReturnedTo, type ReturnedTo } from './waiting-requests.ts';

const paramsSchema = z.object({ uid: z.string() });
const querySchema = z.object({ [ticketParameter]: z.union([z.string(), z.array(z.string())]) });

/** Mounts the way back from the journeys to the engine. */
export function mountReturn(app: FastifyInstance, parts: EngineRouteParts): void {
  const pass = createPass(parts);
  app.get(`${addresses.authorize}/:uid`, { exposeHeadRoute: false }, (request, reply) => {
    const isFromJourney = querySchema.safeParse(request.query).success;
    const token = readQuery(request.query, ticketParameter) ?? '';
    return isFromJourney ? comeBack(parts, pass, { request, reply, token }) : pass(request, reply);
  });
  // A release before this one led here.
  app.get(`${addresses.interaction}/:uid/return`, { exposeHeadRoute: false }, (request, reply) => {
    const { uid } = paramsSchema.parse(request.params);
    const token = readQuery(request.query, ticketParameter) ?? '';
    return reply.redirect(wayBack(uid, token), 303);
  });
}

/** Tells the engine how a journey ended, and has it go on with the request, in one. */
async function comeBack(
  { house, provider, renderProblem }: EngineRouteParts,
  pass: Pass,
  { request, reply, token }: Exchange & { readonly token: string },
) {
  const found = await findReturnedTo({ house, provider }, { request, reply }, token);
  if (found === undefined) return sendStartAgain(renderProblem, request, reply);
  const { interaction, session, ticket } = found;
  const url = `${addresses.authorize}/${interaction.uid}`;
  if (ticket === undefined) {
    // The same link a second time: go where the first one led.
    if (interaction.result !== undefined) return pass(request, reply, { url });
    return reply.redirect(`${addresses.interaction}/${interaction.uid}`, 303);
  }
  const results = await describeResult(house, { interaction, session }, ticket);
  if (results === undefined) {
    await interaction.destroy();
    return reply.redirect(await requestAgain(house, interaction), 303);
  }
  if (ticket.result.kind === 'agreed') await keepAgreement(house, interaction, ticket.result);
  const known = await readWhatIsNeeded(house, {
    interaction,
    accountId: results.login?.accountId ?? session.accountId,
  });
  const tell = () => tellEngine({ interaction, session }, ticket, results);
  return pass(request, reply, { url, known: { ...known, told: { tell, ticketId: ticket.id } } });
}

async function tellEngine(
  { interaction, session }: Found,
  { result }: Ticket,
  results: InteractionResults,
): Promise<void> {
  if (result.kind === 'signed-in') {
    forgetHandOver(interaction);
    forgetFidoResponse(interaction);
  }
  const isOther =
    results.login !== undefined &&
    session.accountId !== undefined &&
    session.accountId !== results.login.accountId;
  if (isOther) await session.destroy();
  // The engine holds on to the session that a request began with; by now the browser may have another, or none.
  if (isOther || interaction.session?.uid !== session.uid) interaction.session = undefined;
  interaction.result = results;
  await interaction.persist();
}

/** Reads, with one message, what the engine asks for next. */
async function readWhatIsNeeded(
  { deps }: House,
  { interaction, accountId }: { readonly interaction: Interaction; readonly accountId: string | undefined },
): Promise<Pick<EngineRequest, 'client' | 'sharing'>> {
  const clientId = clientOf(interaction);
  const [client, sharing] = await Promise.all([
    findClient(deps, clientId),
    accountId === undefined ? undefined : readSharing(deps, { accountId, clientId }),
  ]);
  return { client, sharing: sharing && { clientId, sharing } };
}

function clientOf({ params }: Interaction): string {
  return z.string().parse(params['client_id']);
}

async function keepAgreement(
  house: House,
  interaction: Interaction,
  { accountId, scopes, level }: Extract<JourneyResult, { kind: 'agreed' }>,
): Promise<void> {
  const clientId = clientOf(interaction);
  await house.transact((deps) => agree(deps, { accountId, clientId, scopes, level }));
}

type Found = Pick<ReturnedTo, 'interaction' | 'session'>;

/** @returns what the engine is to be told; undefined if it rests on a session that is no longer there */
async function describeResult(
  house: House,
  { interaction, session }: Found,
  { result, issuedAt }: Ticket,
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
