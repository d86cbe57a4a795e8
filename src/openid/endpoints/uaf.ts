import { isUtf8 } from 'node:buffer';
import {
  addUafKey,
  describeUafAuthentication,
  describeUafRegistration,
  facetsAddress,
  removeUafKeys,
} from '#accounts';
import { sharingIn, sharingParts } from '#consent';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { together } from '#foundation/storage';
import { saysTwoFactors } from '#identity';
import { readClient } from '#partners';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addresses } from '../addresses.ts';
import { openSession } from '../hand-over/living-session.ts';
import { selectFamilyAndSession } from '../hand-over/store.ts';
import { wasRemembered } from '../sign-in/factors.ts';
import type { Mint } from '../tokens/mint.ts';
import { invalidRequest, notGood, readPresented, refuse, type Refusal } from './bearer.ts';
import { familyPart } from './store.ts';

interface UafParts {
  readonly house: House;
  readonly mint: Mint;
}

/** What lets somebody sign in must be set up by whoever has just shown who they are. */
const recentSeconds = 10 * 60;

const readGround = together({ family: familyPart, ...sharingParts });

/**
 * Mounts what apps call that keep a key for somebody, by which they sign in with their finger or face: FIDO UAF 1.0. A key
 * signs somebody in as the service, with `fido_auth_response` in its request.
 *
 * @see FIDO UAF Protocol Specification v1.0
 */
export function mountUaf(app: FastifyInstance, parts: UafParts): void {
  const { house } = parts;
  app.get(addresses.uafRegistrationRequest, (request, reply) => askForKey(parts, request, reply));
  app.post(addresses.uafRegistrationResponse, (request, reply) => takeKey(parts, request, reply));
  app.get(addresses.uafAuthenticationRequest, (_request, reply) =>
    answer(reply, describeUafAuthentication(house.deps)),
  );
  for (const address of [addresses.uafDeregistration, addresses.uafDeregistrationShort]) {
    app.route({
      method: ['GET', 'POST'],
      url: address,
      handler: (request, reply) => forgetKeys(parts, { request, reply, address }),
    });
  }
  app.get(facetsAddress, (_request, reply) =>
    reply.type('application/fido.trusted-apps+json').send({
      trustedFacets: [
        { version: { major: 1, minor: 0 }, ids: [house.settings.issuer, ...house.settings.fidoUafFacets] },
      ],
    }),
  );
}

function answer(reply: FastifyReply, body: object): FastifyReply {
  return reply.header('Cache-Control', 'no-store').header('Pragma', 'no-cache').send(body);
}

/** Who uses an app, through which service, and how they signed in. */
interface Registrant {
  readonly accountId: string;
  readonly clientId: string;
  readonly provenAt: Date;
  readonly vot: string;
  /** Names the tokens with which they came. */
  readonly family: string;
}

async function readRegistrant(
  { house, mint }: UafParts,
  request: FastifyRequest,
  address: string,
): Promise<Registrant | Refusal> {
  const presented = await readPresented({ house, mint }, request, address);
  if ('error' in presented) return presented;
  const { accountId, clientId, family, isBound: isAboutKey } = presented;
  const rows = await readGround(house.deps.db, { accountId, clientId, family });
  const token = familyPart.read(house, rows.family);
  const sharing = sharingIn(house, rows);
  const isGood =
    token?.revokedAt === null &&
    sharing !== undefined &&
    sharing.identity.standing === undefined &&
    sharing.account.signInsValidFrom <= token.signedInAt;
  if (!isGood) return { isAboutKey, ...notGood };
  if ((await appIdsOf(house, clientId)) === undefined) {
    const description = 'this client is not registered for FIDO UAF';
    return { status: 403, error: 'insufficient_scope', description, isAboutKey };
  }
  return { accountId, clientId, provenAt: token.signedInAt, vot: token.vot, family };
}

/** @returns as what a service's app calls itself; undefined if the service has none that may sign people in */
async function appIdsOf(
  { deps }: Pick<House, 'deps'>,
  clientId: string,
): Promise<readonly string[] | undefined> {
  return (await readClient(deps, clientId))?.fidoUafAppIds;
}

async function askForKey(parts: UafParts, request: FastifyRequest, reply: FastifyReply) {
  const { house } = parts;
  const registrant = await readRegistrant(parts, request, addresses.uafRegistrationRequest);
  if ('error' in registrant) return refuse(house, reply, registrant);
  const { family, ...who } = registrant;
  const isRecent = secondsAfter(who.provenAt, recentSeconds) > house.clock.now();
  if (!isRecent || !saysTwoFactors(who.vot)) return refuse(house, reply, notProvenAnew(recentSeconds));
  // Such a sign-in may be as young as can be: only another will do.
  if (!(await hasShownAll(house, family))) return refuse(house, reply, notProvenAnew(0));
  return answer(reply, describeUafRegistration(house.deps, who));
}

function notProvenAnew(maxAge: number): Refusal {
  return {
    status: 401,
    error: 'insufficient_user_authentication',
    description: 'a sign-in with two factors within the last ten minutes is needed',
    maxAge,
  };
}

/** @returns whether somebody is still signed in in the session that tokens come from, and no remembered device stood in for a factor */
async function hasShownAll({ deps, clock }: House, family: string): Promise<boolean> {
  const found = await selectFamilyAndSession(deps.db, { family, now: clock.now() });
  const session = found?.sealedSession ? openSession(deps, found.sealedSession) : undefined;
  return session !== undefined && session.accountId === found?.accountId && !wasRemembered(session.amr);
}

const problems = {
  expired: 'the request was not made here, is too old, or was answered before',
  not_valid: 'the response is malformed, or does not answer the request as the policy asks',
  known: 'this key is registered already',
  too_many: 'the account has as many keys as it may have',
  ended: 'the sign-in was ended',
} as const;

async function takeKey({ house }: UafParts, request: FastifyRequest, reply: FastifyReply) {
  const message = textOf(request);
  const added = await house.transact((deps) =>
    addUafKey(deps, { message, appIdsOf: (clientId) => appIdsOf({ deps }, clientId) }),
  );
  if (added.outcome === 'added') return answer(reply, [added.record]);
  return reply.code(400).send({ error: 'invalid_request', error_description: problems[added.outcome] });
}

async function forgetKeys(
  parts: UafParts,
  { request, reply, address }: { request: FastifyRequest; reply: FastifyReply; address: string },
) {
  const { house } = parts;
  const registrant = await readRegistrant(parts, request, address);
  if ('error' in registrant) return refuse(house, reply, registrant);
  const { accountId, clientId } = registrant;
  const message = request.method === 'POST' ? textOf(request) : undefined;
  const removed = await house.transact((deps) => removeUafKeys(deps, { accountId, clientId, message }));
  switch (removed.outcome) {
    case 'removed':
      return answer(reply, removed.message);
    case 'not_valid':
      return refuse(house, reply, invalidRequest('the body must be a Deregistration Request Message'));
    case 'ended':
      return refuse(house, reply, notGood);
  }
}

function textOf({ body }: FastifyRequest): string {
  return Buffer.isBuffer(body) && isUtf8(body) ? body.toString() : '';
}
