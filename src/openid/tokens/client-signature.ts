import { createPublicKey, type KeyObject } from 'node:crypto';
import { createMemory } from '#foundation/memory';
import type { Client, ClientKey, ClientKeys } from '#partners';
import { errors as joseErrors, jwtVerify, type JWTVerifyResult } from 'jose';
import { signingAlgorithm } from '../keys/signer.ts';
import { acceptPlainJwt, type OpenedJwt, type WantedClaims } from './plain-jwt.ts';

/**
 * Checks what a service has signed against each of its keys. A `kid` says nothing that could be relied on: a service
 * that registered its key in PEM doesn't know what we call it.
 *
 * @throws {joseErrors.JOSEError} signed with none of them, or does not say what is wanted
 */
export type VerifyByClient = (
  opened: OpenedJwt,
  client: Client,
  wanted: WantedClaims,
) => Promise<JWTVerifyResult>;

/** Published keys that have changed are noticed by a signature that none of the known ones made. */
export function createClientSignatures(clientKeys: ClientKeys): VerifyByClient {
  const imported = createImportedKeys();
  const tryKeys = async (
    keys: readonly ClientKey[],
    opened: OpenedJwt,
    wanted: WantedClaims,
  ): Promise<JWTVerifyResult | joseErrors.JOSEError> => {
    let refusal: joseErrors.JOSEError | undefined;
    for (const key of keys) {
      const publicKey = imported(key);
      try {
        return acceptPlainJwt(opened, publicKey, wanted) ?? (await judge(opened.jwt, publicKey, wanted));
      } catch (error) {
        if (!(error instanceof joseErrors.JOSEError)) throw error;
        // What the right key has refused, no other will accept.
        if (!(error instanceof joseErrors.JWSSignatureVerificationFailed)) throw error;
        refusal = error;
      }
    }
    return refusal ?? new joseErrors.JWKSNoMatchingKey();
  };
  return async (opened, client, wanted) => {
    const verified = await tryKeys(await clientKeys.of(client), opened, wanted);
    if (!(verified instanceof joseErrors.JOSEError)) return verified;
    const newer = await clientKeys.askAgain(client);
    const again = newer === undefined ? verified : await tryKeys(newer, opened, wanted);
    if (again instanceof joseErrors.JOSEError) throw again;
    return again;
  };
}

function judge(jwt: string, key: KeyObject, wanted: WantedClaims): Promise<JWTVerifyResult> {
  const { issuer, subject, audience, requiredClaims, toleranceSeconds, now } = wanted;
  return jwtVerify(jwt, key, {
    algorithms: [signingAlgorithm],
    issuer,
    ...(subject === undefined ? {} : { subject }),
    ...(audience === undefined ? {} : { audience: [...audience] }),
    requiredClaims: [...requiredClaims],
    clockTolerance: toleranceSeconds,
    currentDate: now,
  });
}

/** Importing a key takes longer than using it. A key is known by its modulus, so a changed one is another. */
function createImportedKeys(): (key: ClientKey) => KeyObject {
  const imported = createMemory<KeyObject>({ most: 1000 });
  return ({ kty, n, e }) => {
    const name = `${n}.${e}`;
    const known = imported.find(name);
    if (known !== undefined) return known;
    const made = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
    imported.keep(name, made);
    return made;
  };
}
