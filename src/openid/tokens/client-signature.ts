import type { Client, ClientKey, ClientKeys } from '#partners';
import {
  errors as joseErrors,
  importJWK,
  jwtVerify,
  type CryptoKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose';
import { signingAlgorithm } from '../keys/signer.ts';

/**
 * Checks what a service has signed against each of its keys. A `kid` says nothing that could be relied on: a service
 * that registered its key in PEM doesn't know what we call it.
 *
 * @throws {joseErrors.JOSEError} signed with none of them, or not as the options want it
 */
export type VerifyByClient = (
  jwt: string,
  client: Client,
  options: Omit<JWTVerifyOptions, 'algorithms'>,
) => Promise<JWTVerifyResult>;

/** Published keys that have changed are noticed by a signature that none of the known ones made. */
export function createClientSignatures(clientKeys: ClientKeys): VerifyByClient {
  const imported = createImportedKeys();
  const tryKeys = async (
    keys: readonly ClientKey[],
    jwt: string,
    options: JWTVerifyOptions,
  ): Promise<JWTVerifyResult | joseErrors.JOSEError> => {
    let refusal: joseErrors.JOSEError | undefined;
    for (const key of keys) {
      try {
        return await jwtVerify(jwt, await imported(key), options);
      } catch (error) {
        if (!(error instanceof joseErrors.JOSEError)) throw error;
        // What the right key has refused, no other will accept.
        if (!(error instanceof joseErrors.JWSSignatureVerificationFailed)) throw error;
        refusal = error;
      }
    }
    return refusal ?? new joseErrors.JWKSNoMatchingKey();
  };
  return async (jwt, client, wanted) => {
    const options = { ...wanted, algorithms: [signingAlgorithm] };
    const verified = await tryKeys(await clientKeys.of(client), jwt, options);
    if (!(verified instanceof joseErrors.JOSEError)) return verified;
    const newer = await clientKeys.askAgain(client);
    const again = newer === undefined ? verified : await tryKeys(newer, jwt, options);
    if (again instanceof joseErrors.JOSEError) throw again;
    return again;
  };
}

const mostImportedKeys = 1000;

/** Importing a key takes longer than using it. A key is known by its modulus, so a changed one is another. */
function createImportedKeys(): (key: ClientKey) => Promise<CryptoKey> {
  const imported = new Map<string, Promise<CryptoKey>>();
  return (key) => {
    const name = `${key.n}.${key.e}`;
    const known = imported.get(name);
    if (known !== undefined) return known;
    const [oldest] = imported.keys();
    if (imported.size >= mostImportedKeys && oldest !== undefined) imported.delete(oldest);
    const made = importPublicKey(key);
    imported.set(name, made);
    return made;
  };
}

async function importPublicKey({ kty, n, e }: ClientKey): Promise<CryptoKey> {
  const key = await importJWK({ kty, n, e }, signingAlgorithm);
  if (key instanceof Uint8Array) throw new joseErrors.JWKInvalid('an RSA key is expected');
  return key;
}
