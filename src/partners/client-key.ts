import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { ClientKey } from './client.ts';

export type KeyReading =
  | { readonly outcome: 'usable'; readonly key: ClientKey }
  | { readonly outcome: 'refused'; readonly reason: string };

const leastBits = 2048;
/** Larger keys only make every check slower. */
const mostBits = 8192;
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const refused = (reason: string): KeyReading => ({ outcome: 'refused', reason });

/** Reads a public key in PEM (SubjectPublicKeyInfo, PKCS#1 or an X.509 certificate). */
export function readPem(pem: string): KeyReading {
  if (/PRIVATE KEY/u.test(pem))
    return refused('is a private key: keep that to yourself, and register the public key that belongs to it');
  return readKey(
    () => createPublicKey(pem),
    'is not a public key in PEM, from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----',
  );
}

/** Reads a public key as a JSON Web Key. A key without `kid` gets its thumbprint (RFC 7638). */
export function readJwk(jwk: Readonly<Record<string, unknown>>): KeyReading {
  if (privateMembers.some((member) => member in jwk)) {
    return refused('holds private members: keep those to yourself, and register the public members alone');
  }
  const { kty, n, e, kid, alg, use } = jwk;
  if (kty !== 'RSA' || typeof n !== 'string' || typeof e !== 'string')
    return refused('must be an RSA key with the members kty, n and e');
  if (alg !== undefined && alg !== 'RS512') return refused('must have the alg RS512, or none');
  if (use !== undefined && use !== 'sig') return refused('must have the use sig, or none');
  if (kid !== undefined && (typeof kid !== 'string' || !/^[\x21-\x7e]{1,200}$/u.test(kid))) {
    return refused('must have a kid of 1 to 200 visible characters, or none');
  }
  return readKey(
    () => createPublicKey({ key: { kty, n, e }, format: 'jwk' }),
    'is not a valid RSA public key',
    kid,
  );
}

function readKey(load: () => KeyObject, complaint: string, kid?: string): KeyReading {
  let key: KeyObject;
  try {
    key = load();
  } catch {
    return refused(complaint);
  }
  if (key.asymmetricKeyType !== 'rsa') return refused('must be an RSA key');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < leastBits || bits > mostBits)
    return refused(`must have ${leastBits} to ${mostBits} bits, not ${bits}`);
  const { n, e } = key.export({ format: 'jwk' });
  if (n === undefined || e === undefined) return refused(complaint);
  return {
    outcome: 'usable',
    key: { kty: 'RSA', kid: kid ?? thumbprint(n, e), alg: 'RS512', use: 'sig', n, e },
  };
}

/** @see RFC 7638 §3 */
function thumbprint(n: string, e: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
}
