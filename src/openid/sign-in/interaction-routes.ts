import { agree } from '#consent';
import type { House } from '#foundation/deps';
import { readQuery } from '#foundation/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Interaction, InteractionResults, Provider, Session } from 'oidc-provider';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import { sendStartAgain, type RenderProblem } from '../endpoints/engine-problems.ts';
import { createEngineTime, type EngineTime } from '../engine/engine-time.ts';
import { engineRequest } from '../engine/engine-request.ts';
import { againReasons, endedReasons } from './policy.ts';
import { redeemTicket, type JourneyResult } from './tickets.ts';

export interface InteractionParts {
  readonly house: House;
  readonly provider: Provider;
  /** Where the journeys begin. */
  readonly interactionAddress: string;
  readonly renderProblem: RenderProblem;
}

const paramsSchema = z.object({ uid: z.string() });

/** Mounts the two addresses between the engine and the journeys: the way there, and the way back with a ticket. */
export function mountInteractions(app: FastifyInstance, parts: InteractionParts): void {
  const options = { exposeHeadRoute: false };
  app.get(`${addresses.interaction}/:uid`, options, (request, reply) => leave(parts, request, reply));
  app.get(`${addresses.interaction}/:uid/return`, options, (request, reply) =>
    comeBack(parts, request, reply),
  );
}

async function leave(parts: InteractionParts, request: FastifyRequest, reply: FastifyReply) {
  const found = await findInteraction(parts, request, reply);
  if (found === undefined) return sendStartAgain(parts.renderProblem, request, reply);
  return reply.redirect(`${parts.interactionAddress}?request=${found.interaction.uid}`, 303);
}

async function comeBack(parts: InteractionParts, request: FastifyRequest, reply: FastifyReply) {
  const { house } = parts;
  const found = await findInteraction(parts, request, reply);
  if (found === undefined) return sendStartAgain(parts.renderProblem, request, reply);
  const { interaction, session } = found;
  const token = readQuery(request.query, 'ticket') ?? '';
  const ticket = await redeemTicket(house.deps, { uid: interaction.uid, token });
  if (ticket === undefined) {
    // The same link a second time: go where the first one led.
    const isAnswered = interaction.result !== undefined;
    const address = isAnswered ? interaction.returnTo : `${addresses.interaction}/${interaction.uid}`;
    return reply.redirect(address, 303);
  }
  const results = describeResult(createEngineTime(house.clock), found, ticket);
  if (results === undefined) {
    await interaction.destroy();
    return reply.redirect(requestAgain(interaction), 303);
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

/** @returns undefined unless this is the browser that the engine is waiting for */
async function findInteraction(
  { house, provider }: InteractionParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Found | undefined> {
  const { uid } = paramsSchema.parse(request.params);
  const { issuer } = house.settings;
  const context = provider.createContext(engineRequest(request.raw, { issuer, url: request.url }), reply.raw);
  if (context.cookies.get(provider.cookieName('interaction')) !== uid) return undefined;
  const interaction = await provider.Interaction.find(uid);
  if (interaction === undefined) return undefined;
  return { interaction, session: await provider.Session.get(context) };
}

/** @returns what the engine is to be told; undefined if it rests on a session that is no longer there */
function describeResult(
  time: EngineTime,
  { interaction, session }: Found,
  { result, issuedAt }: { result: JourneyResult; issuedAt: Date },
): InteractionResults | undefined {
  switch (result.kind) {
    case 'refused':
      return { error: result.error, error_description: result.description };
    case 'agreed':
      if (session.accountId !== result.accountId) return undefined;
      return { ...interaction.lastSubmission, consent: {} };
    case 'signed-in': {
      const { accountId, factors } = result;
      if (!wasStepUp(interaction, accountId)) {
        const ts = time.toEngine(issuedAt.getTime() / 1000);
        return { ...interaction.lastSubmission, login: { accountId, amr: factors, ts } };
      }
      if (session.accountId !== accountId || session.loginTs === undefined) return undefined;
      const amr = [...new Set([...(session.amr ?? []), ...factors])];
      return { ...interaction.lastSubmission, login: { accountId, amr, ts: session.loginTs } };
    }
  }
}

/** @returns whether the journey built on a sign-in that stood when it began, and only a factor was missing */
function wasStepUp({ session, prompt }: Interaction, accountId: string): boolean {
  const isFull = prompt.reasons.some(
    (reason) => endedReasons.includes(reason) || againReasons.includes(reason),
  );
  return session?.accountId === accountId && !isFull;
}

/** @returns the address that makes the service's request anew */
function requestAgain({ params }: Interaction): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (typeof value === 'string') query.set(name, value);
  return `${addresses.authorize}?${query.toString()}`;
}
