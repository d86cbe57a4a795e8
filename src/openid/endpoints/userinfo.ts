import { isUtf8 } from 'node:buffer';
import {
  beginClientMetadata,
  clientMetadataPart,
  keepClientMetadata,
  mostMetadataCharacters,
  randomMetadata,
  releasedClaims,
  sharingIn,
  sharingParts,
  type Claims,
  type Sharing,
} from '#consent';
import type { House } from '#foundation/deps';
import { together } from '#foundation/storage';
import { clientClaimsPart, type ClientClaims, type ClientKey, type ClientKeys } from '#partners';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addresses } from '../addresses.ts';
import type { Mint } from '../tokens/mint.ts';
import {
  insufficientScope,
  invalidRequest,
  notGood,
  readPresented,
  refuse,
  type Presented,
  type Refusal,
} from './bearer.ts';
import { familyPart, type TokenGround } from './store.ts';

export interface UserinfoParts {
  readonly house: House;
  readonly mint: Mint;
  readonly clientKeys: ClientKeys;
}

const metadataScope = 'client_metadata';

/** All that an answer rests on is read in one statement. */
const readGround = together({
  family: familyPart,
  ...sharingParts,
  client: clientClaimsPart,
  metadata: clientMetadataPart,
});

/**
 * Mounts `/userinfo`: what a person shares with the service that holds an access token of theirs, and what that service
 * keeps about them.
 *
 * @see OpenID Connect Core §5.3, RFC 6750
 */
export function mountUserinfo(app: FastifyInstance, parts: UserinfoParts): void {
  app.route({
    method: ['GET', 'POST'],
    url: addresses.userinfo,
    handler: (request, reply) => answer(parts, request, reply),
  });
  app.patch(addresses.userinfo, (request, reply) => change(parts, request, reply));
  app.route({
    method: ['PUT', 'DELETE'],
    url: addresses.userinfo,
    handler: (_request, reply) =>
      reply.code(405).header('Allow', 'GET, POST, PATCH').send({ error: 'invalid_request' }),
  });
}

async function answer(parts: UserinfoParts, request: FastifyRequest, reply: FastifyReply) {
  const { house } = parts;
  const presented = await readPresented(parts, request);
  if ('error' in presented) return refuse(house, reply, presented);
  if (!presented.scopes.includes('openid'))
    return refuse(house, reply, { isAboutKey: presented.isBound, ...insufficientScope('openid') });
  const claims = await findClaims(parts, presented);
  if (claims === undefined) return refuse(house, reply, { isAboutKey: presented.isBound, ...notGood });
  return reply.send({ iss: house.settings.issuer, aud: presented.clientId, ...claims });
}

/** What stands behind an access token. */
interface Ground {
  readonly sharing: Sharing;
  readonly vot: string;
  readonly client: ClientClaims;
  readonly metadata: string | undefined;
}

async function findClaims(parts: UserinfoParts, presented: Presented): Promise<Claims | undefined> {
  const { house } = parts;
  const found = await findGround(house, presented);
  if (found === undefined) return undefined;
  const { sharing, vot, client } = found;
  const scopes = presented.scopes.filter((scope) => client.scopes.includes(scope));
  const clientMetadata = scopes.includes(metadataScope)
    ? await metadataOf(parts, presented, found)
    : undefined;
  const { im1Enabled } = client;
  return releasedClaims(sharing, { scopes, use: 'userinfo', vot, im1Enabled, clientMetadata });
}

/** @returns undefined if the token was revoked, its service is gone, or its sign-in does not stand any more */
async function findGround(
  house: House,
  { accountId, clientId, family }: Presented,
): Promise<Ground | undefined> {
  const rows = await readGround(house.deps.db, { accountId, clientId, family });
  const token = familyPart.read(house, rows.family);
  const client = clientClaimsPart.read(house, rows.client);
  const sharing = sharingIn(house, rows);
  if (token === undefined || client === undefined || sharing === undefined) return undefined;
  if (!stands(token, sharing)) return undefined;
  return { sharing, vot: token.vot, client, metadata: clientMetadataPart.read(house, rows.metadata) };
}

function stands(token: TokenGround, { account, identity }: Sharing): boolean {
  const isUsable = identity.standing === undefined && token.revokedAt === null;
  return isUsable && account.signInsValidFrom <= token.signedInAt;
}

/** What the service keeps about the person; at its first look a random number, made for it. */
async function metadataOf(
  { house, clientKeys }: UserinfoParts,
  { accountId, clientId }: Presented,
  { metadata, sharing, client }: Ground,
): Promise<string | undefined> {
  if (metadata !== undefined || sharing.agreement?.levels.has(metadataScope) !== true) return metadata;
  const key = await keyOf(clientKeys, clientId, client);
  if (key === undefined) return undefined;
  return beginClientMetadata(house.deps, { accountId, clientId, value: randomMetadata(key) });
}

/** @returns a key of the service's to encrypt with; undefined while it publishes its keys and they can't be had */
async function keyOf(
  clientKeys: ClientKeys,
  clientId: string,
  { keys }: ClientClaims,
): Promise<ClientKey | undefined> {
  const [key] = await clientKeys.of({ clientId, ...keys });
  return key;
}

async function change(parts: UserinfoParts, request: FastifyRequest, reply: FastifyReply) {
  const { house } = parts;
  const presented = await readPresented(parts, request);
  if ('error' in presented) return refuse(house, reply, presented);
  if (!presented.scopes.includes(metadataScope))
    return refuse(house, reply, { isAboutKey: presented.isBound, ...insufficientScope(metadataScope) });
  const wanted = readChange(request);
  if (typeof wanted !== 'string') return refuse(house, reply, { isAboutKey: presented.isBound, ...wanted });
  const refusal = await keepMetadata(parts, presented, wanted);
  return refusal === undefined
    ? reply.code(204).send()
    : refuse(house, reply, { isAboutKey: presented.isBound, ...refusal });
}

async function keepMetadata(
  { house, clientKeys }: UserinfoParts,
  presented: Presented,
  wanted: string,
): Promise<Refusal | undefined> {
  const found = await findGround(house, presented);
  if (found === undefined) return notGood;
  if (!found.client.scopes.includes(metadataScope)) return insufficientScope(metadataScope);
  const { accountId, clientId } = presented;
  const key = wanted === 'auto' ? await keyOf(clientKeys, clientId, found.client) : undefined;
  if (wanted === 'auto' && key === undefined)
    return invalidRequest('the service has no key now to encrypt with');
  const value = key === undefined ? wanted : randomMetadata(key);
  const { outcome } = await keepClientMetadata(house.deps, { accountId, clientId, value });
  return outcome === 'kept' ? undefined : insufficientScope(metadataScope);
}

const changeBody = z.object({ client_user_metadata: z.string() });

function readChange(request: FastifyRequest): string | Refusal {
  const { body } = request;
  const [type] = (request.headers['content-type'] ?? '').split(';', 1);
  if (type?.trim().toLowerCase() !== 'application/json')
    return invalidRequest('the body must be application/json');
  const wanted = changeBody.safeParse(Buffer.isBuffer(body) && isUtf8(body) ? readJson(body) : undefined);
  if (!wanted.success) return invalidRequest('the body must be JSON with the text client_user_metadata');
  const { client_user_metadata: text } = wanted.data;
  return [...text].length <= mostMetadataCharacters
    ? text
    : invalidRequest(`client_user_metadata must not be longer than ${mostMetadataCharacters} characters`);
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
