import { secondsAfter, systemClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import type { Client } from '#partners';
import { decodeJwt, errors as joseErrors, type JWTPayload } from 'jose';
import { errors } from 'oidc-provider';
import { digestOf } from '../engine/sealed-entity.ts';
import { isClientId } from '../engine/client-metadata.ts';
import { readAbout, type About, type Read } from './about-store.ts';
import type { VerifyByClient } from './client-signature.ts';
import { openJwt, type OpenedJwt } from './plain-jwt.ts';
import type { Assertion } from './store.ts';
import { requireParameter, type TokenParameters } from './token-form.ts';

/** Who asks for tokens, and what they have shown for it: that is good for this one request. */
export interface Authenticated {
  readonly client: Client;
  readonly assertion: Assertion;
  /** What the request is about. */
  readonly read: Read;
}

/** Finds out which service asks for tokens. Whoever goes on with the request spends the assertion. */
export type AuthenticateClient = (
  params: TokenParameters,
  authorization: string | undefined,
  about: About,
) => Promise<Authenticated>;

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** What the contract allows an assertion to be ahead. */
const mostSecondsAhead = 3600;
const mostJtiCharacters = 512;
/** Signed by the same keys, and carried through browsers or by other programs. @see RFC 8725 §3.11 */
const otherPurposes: readonly unknown[] = ['oauth-authz-req+jwt', 'dpop+jwt'];
/** Clocks of services and ours may differ by this much. */
const toleranceSeconds = 15;

/**
 * Authenticates services by `private_key_jwt`, and by nothing else.
 *
 * @param audiences what an assertion may be made out to
 * @see RFC 7523 §3, OpenID Connect Core §9
 */
export function createClientAuthentication(
  { house, verifyByClient }: { house: House; verifyByClient: VerifyByClient },
  audiences: readonly string[],
): AuthenticateClient {
  // Services can't know of a clock that was moved in a sandbox: their assertions go by the machine's.
  const clock = systemClock();
  return async (params, authorization, about) => {
    if (authorization !== undefined) {
      throw new errors.InvalidClientAuth('clients authenticate by private_key_jwt only');
    }
    const assertion = openJwt(readAssertion(params));
    const clientId = claimedClient(assertion);
    if (params.get('client_id') !== undefined && params.get('client_id') !== clientId) {
      throw new errors.InvalidRequest('client_id is not the one of the assertion');
    }
    const readNow = () => readAbout(house.database.db, clientId, about);
    const read: Read = isClientId(clientId) ? await readNow() : { client: undefined };
    const { client } = read;
    if (client === undefined) throw new errors.InvalidClientAuth('client not found');
    const now = clock.now();
    const claims = await verify(assertion, client, {
      verifyByClient,
      audiences,
      now,
    });
    const { jti, exp } = checkClaims(claims, now);
    const id = digestOf(`${clientId} ${jti}`);
    // Within the last second, a part of a second counts as a whole one.
    const expiresAt = secondsAfter(new Date(Math.ceil(exp) * 1000), toleranceSeconds);
    // Asking a service for its keys may take a while, in which something else may have become of it.
    const current = client.jwksUri === undefined ? read : await readNow();
    if (current.client === undefined || current.client.jwksUri !== client.jwksUri)
      throw new errors.InvalidClientAuth('the keys are no longer those of the client');
    return { client: current.client, assertion: { id, now, expiresAt }, read: current };
  };
}

function readAssertion(params: TokenParameters): string {
  const assertion = params.get('client_assertion');
  if (assertion === undefined) {
    if (params.get('client_id') === undefined) throw new errors.InvalidRequest('no client authentication');
    throw new errors.InvalidClientAuth('no client assertion');
  }
  if (requireParameter(params, 'client_assertion_type') !== assertionType) {
    throw new errors.InvalidRequest(`client_assertion_type must be ${assertionType}`);
  }
  return assertion;
}

/** Who the assertion says that it is from; nothing is proven yet. */
function claimedClient({ jwt, plain }: OpenedJwt): string {
  let subject: unknown;
  try {
    subject = (plain?.payload ?? decodeJwt(jwt)).sub;
  } catch (cause) {
    throw new errors.InvalidRequest('client_assertion is not a JWT', undefined, { cause });
  }
  if (typeof subject !== 'string') throw new errors.InvalidClientAuth('sub is missing');
  return subject;
}

async function verify(
  assertion: OpenedJwt,
  client: Client,
  against: { verifyByClient: VerifyByClient; audiences: readonly string[]; now: Date },
): Promise<JWTPayload> {
  const { clientId } = client;
  try {
    const { payload, protectedHeader } = await against.verifyByClient(assertion, client, {
      issuer: clientId,
      subject: clientId,
      audience: against.audiences,
      requiredClaims: ['exp', 'jti'],
      toleranceSeconds,
      now: against.now,
    });
    if (otherPurposes.includes(protectedHeader.typ))
      throw new errors.InvalidClientAuth('typ is that of a JWT for another purpose');
    // What hands somebody over has no typ, and is in the address of a browser.
    if ('code' in payload) throw new errors.InvalidClientAuth('code is only in what hands somebody over');
    return payload;
  } catch (cause) {
    if (!(cause instanceof joseErrors.JOSEError)) throw cause;
    throw new errors.InvalidClientAuth({ cause });
  }
}

function checkClaims({ exp, jti }: JWTPayload, now: Date): { exp: number; jti: string } {
  const latest = secondsAfter(now, mostSecondsAhead + toleranceSeconds);
  if (exp === undefined || exp * 1000 > latest.getTime()) {
    throw new errors.InvalidClientAuth('exp must not be more than an hour ahead');
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > mostJtiCharacters) {
    throw new errors.InvalidClientAuth(`jti must be text of at most ${mostJtiCharacters} characters`);
  }
  return { exp, jti };
}
