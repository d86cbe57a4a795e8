import type { House } from '#foundation/deps';
import { z } from 'zod';
import { digestOf, openPayload } from '../engine/sealed-entity.ts';
import { selectEntity } from '../engine/store.ts';
import { familyOf, readRefreshToken } from '../tokens/family.ts';
import { selectFamily } from '../tokens/store.ts';

/** What an authorization code was issued for, and what became of it. */
export interface CodeFacts {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string | undefined;
  readonly expiresAt: Date;
  readonly isUsed: boolean;
}

/** What became of a refresh token. */
export interface RefreshTokenFacts {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly isNewest: boolean;
  readonly isRevoked: boolean;
  readonly expiresAt: Date;
}

const payloadShape = z.object({
  clientId: z.string(),
  redirectUri: z.string(),
  codeChallenge: z.string().optional(),
});

/** Looks a code up, to explain why it was refused. It uses nothing. @returns undefined if it is not known, or not any more */
export async function inspectCode(house: House, code: string): Promise<CodeFacts | undefined> {
  const { db } = house.database;
  const found = await selectEntity(db, { model: 'AuthorizationCode', id: digestOf(code) });
  if (found === undefined) return undefined;
  const payload = payloadShape.parse(openPayload(house, 'AuthorizationCode', found.sealedPayload));
  const family = await selectFamily(db, familyOf(code));
  return {
    clientId: payload.clientId,
    redirectUri: payload.redirectUri,
    codeChallenge: payload.codeChallenge,
    expiresAt: found.expiresAt,
    isUsed: family !== undefined,
  };
}

/** Looks a refresh token up, to explain why it was refused. It uses nothing. @returns undefined if it is not one of ours */
export async function inspectRefreshToken(
  house: House,
  token: string,
): Promise<RefreshTokenFacts | undefined> {
  const name = readRefreshToken(house.secrets, token);
  const family = name === undefined ? undefined : await selectFamily(house.database.db, name.family);
  if (name === undefined || family === undefined) return undefined;
  return {
    clientId: family.clientId,
    scopes: family.scopes,
    isNewest: name.generation === family.generation,
    isRevoked: family.revokedAt !== null,
    expiresAt: family.expiresAt,
  };
}
