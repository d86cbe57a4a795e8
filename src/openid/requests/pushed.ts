import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { randomToken } from '#foundation/security';
import { z } from 'zod';
import { digestOf } from '../engine/sealed-entity.ts';
import type { OneUse } from '../tokens/one-use.ts';
import { insertRequest, spendAndInsertRequest, takeRequest, type StoredRequest } from './store.ts';

/** The parameters of an authorization request, each once. */
export type RequestParameters = Readonly<Record<string, string>>;

/** A request that has come another way than in the browser's address. */
export interface KeptRequest {
  readonly parameters: RequestParameters;
  /** Whether the service has signed it. */
  readonly isSigned: boolean;
}

/** Enough to send a browser here, also from a phone that is slow to wake up. */
export const pushedRequestSeconds = 90;

const urn = 'urn:ietf:params:oauth:request_uri:';
const requestUri = /^urn:ietf:params:oauth:request_uri:(?<id>[\w-]{43})$/u;
const sealPurpose = 'openid pushed request';

const keptRequest = z.object({ parameters: z.record(z.string(), z.string()), isSigned: z.boolean() });

type KeepingDeps = Pick<Deps, 'db' | 'clock' | 'secrets'>;

/**
 * Keeps a request for the one time that a browser brings its `request_uri`.
 *
 * @param use the assertion that came with the request, spent in the same statement; none for a request of our own
 */
export async function keepRequest(
  deps: KeepingDeps,
  kept: KeptRequest & { clientId: string },
  use?: OneUse,
): Promise<{ readonly requestUri: string }> {
  const { clientId, parameters, isSigned } = kept;
  const id = randomToken();
  const stored: StoredRequest = {
    id: digestOf(id),
    clientId,
    sealedRequest: deps.secrets.seal(sealPurpose, Buffer.from(JSON.stringify({ parameters, isSigned }))),
    expiresAt: secondsAfter(deps.clock.now(), pushedRequestSeconds),
  };
  if (use === undefined) await insertRequest(deps.db, stored);
  else await use.write((db, assertion) => spendAndInsertRequest(db, assertion, stored));
  return { requestUri: `${urn}${id}` };
}

/** @returns whether it is the kind of address that we give out, and not one to fetch from */
export function isPushedUri(uri: string): boolean {
  return uri.startsWith(urn);
}

/** @returns the request, once; undefined if it was taken, has expired, was never made or is another client's */
export async function takeKeptRequest(
  deps: KeepingDeps,
  wanted: { uri: string; clientId: string },
): Promise<KeptRequest | undefined> {
  const id = requestUri.exec(wanted.uri)?.groups?.['id'];
  if (id === undefined) return undefined;
  const { clientId } = wanted;
  const sealed = await takeRequest(deps.db, { id: digestOf(id), clientId, now: deps.clock.now() });
  return sealed === undefined
    ? undefined
    : keptRequest.parse(JSON.parse(deps.secrets.unseal(sealPurpose, sealed).toString()));
}
