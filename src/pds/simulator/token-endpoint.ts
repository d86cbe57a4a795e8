import { randomUUID, type KeyObject } from 'node:crypto';
import type { Clock } from '#foundation/clock';
import type { Secrets } from '#foundation/security';
import type { Db } from '#foundation/storage';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { issueAccessToken, tokenSeconds, type Access } from './access-token.ts';
import type { Reply } from './reply.ts';
import { takeAssertion } from './store.ts';

/** What the token endpoint knows of those who ask. */
export interface TokenEndpointDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: Pick<Secrets, 'mac'>;
  /** Its own address, which assertions must be meant for. */
  readonly address: string;
  readonly apiKey: string;
  /** The public keys of the application by their ids. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** The login whose ID tokens it takes. */
  readonly issuer: string;
  readonly issuerKeys: JWTVerifyGetKey;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token';
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const longestSeconds = 310;
/** What can be kept. */
const jtiForm = /^\P{Cc}{1,200}$/u;
const driftSeconds = 10;

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, description: string) {
    super(description);
    this.status = status;
  }
}

/**
 * Answers `POST /oauth2/token`: `client_credentials` with an assertion of the application, and `token-exchange` with
 * an ID token of the login besides.
 *
 * @see NHS API platform: application-restricted signed JWT, and user-restricted separate authentication
 */
export async function answerToken(deps: TokenEndpointDeps, form: URLSearchParams): Promise<Reply> {
  try {
    const grantType = form.get('grant_type');
    if (grantType !== 'client_credentials' && grantType !== exchange)
      return refuse(400, 'grant_type is invalid', 'unsupported_grant_type');
    const subjectToken = grantType === exchange ? readSubjectToken(form) : undefined;
    await checkAssertion(deps, form);
    const access: Access =
      subjectToken === undefined ? { mode: 'application' } : await readSubject(deps, subjectToken);
    return {
      status: 200,
      body: {
        access_token: issueAccessToken(deps, access),
        expires_in: String(tokenSeconds),
        token_type: 'Bearer',
        ...(subjectToken === undefined
          ? {}
          : { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }),
        issued_at: String(deps.clock.now().getTime()),
      },
    };
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.status, error.message);
    throw error;
  }
}

function refuse(status: number, description: string, error = 'invalid_request'): Reply {
  return { status, body: { error, error_description: description, message_id: randomUUID() } };
}

function readSubjectToken(form: URLSearchParams): string {
  if (form.get('subject_token_type') !== idTokenType)
    throw new Refusal(400, `missing or invalid subject_token_type - must be '${idTokenType}'`);
  const token = form.get('subject_token');
  if (token === null) throw new Refusal(400, 'Missing subject_token');
  return token;
}

async function checkAssertion(deps: TokenEndpointDeps, form: URLSearchParams): Promise<void> {
  const { apiKey, keys, clock, db } = deps;
  if (form.get('client_assertion_type') !== assertionType)
    throw new Refusal(400, `Missing or invalid client_assertion_type - must be '${assertionType}'`);
  const assertion = form.get('client_assertion');
  if (assertion === null) throw new Refusal(400, 'Missing client_assertion');
  const { kid, claims } = decode(assertion, 'client_assertion');
  const { iss, sub, jti, aud, exp } = claims;
  if (iss === undefined || iss !== sub)
    throw new Refusal(400, 'Missing or non-matching iss/sub claims in JWT');
  if (jti === undefined) throw new Refusal(400, 'Missing jti claim in JWT');
  if (typeof jti !== 'string' || !jtiForm.test(jti)) throw new Refusal(400, 'Failed to decode JWT');
  if (exp === undefined) throw new Refusal(400, 'Missing exp claim in JWT');
  const now = clock.now();
  const secondsLeft = exp - now.getTime() / 1000;
  if (secondsLeft <= -driftSeconds) throw new Refusal(400, 'Invalid exp claim in JWT - JWT has expired');
  if (secondsLeft > longestSeconds)
    throw new Refusal(400, 'Invalid exp claim in JWT - more than 5 minutes in future');
  if (iss !== apiKey) throw new Refusal(401, 'Invalid iss/sub claims in JWT');
  if (aud !== deps.address) throw new Refusal(401, 'Missing or invalid aud claim in JWT');
  const key = keys.get(kid);
  if (key === undefined) throw new Refusal(401, "Invalid 'kid' header in JWT - no matching public key");
  await verify(jwtVerify(assertion, key, optionsAt(now)));
  const expiresAt = new Date((exp + driftSeconds) * 1000);
  if (!(await takeAssertion(db, { jti, expiresAt, now })))
    throw new Refusal(400, 'Non-unique jti claim in JWT');
}

const optionsAt = (currentDate: Date) => ({
  algorithms: ['RS512'],
  typ: 'JWT',
  currentDate,
  clockTolerance: driftSeconds,
});

async function verify<T>(verified: Promise<T>): Promise<T> {
  try {
    return await verified;
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey)
      throw new Refusal(401, "Invalid 'kid' header in JWT - no matching public key");
    if (error instanceof errors.JOSEError) throw new Refusal(401, 'JWT signature verification failed');
    throw error;
  }
}

/** Reads a JWT that nobody has verified yet, for what can be said of it without. */
function decode(token: string, name: string) {
  let decoded: { header: ReturnType<typeof decodeProtectedHeader>; claims: ReturnType<typeof decodeJwt> };
  try {
    decoded = { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    throw new Refusal(400, `Malformed JWT in ${name}`);
  }
  const { header, claims } = decoded;
  if (header.kid === undefined) throw new Refusal(400, "Missing 'kid' header in JWT");
  if (header.typ !== 'JWT') throw new Refusal(400, "Invalid 'typ' header in JWT - must be 'JWT'");
  if (header.alg !== 'RS512')
    throw new Refusal(
      400,
      header.alg === undefined
        ? "Missing 'alg' header in JWT"
        : "Invalid 'alg' header in JWT - unsupported JWT algorithm - must be 'RS512'",
    );
  if (claims.exp !== undefined && typeof claims.exp !== 'number')
    throw new Refusal(400, 'Failed to decode JWT');
  return { kid: header.kid, claims };
}

/** @returns whose details the ID token opens; whether it is enough is judged where they are asked for */
async function readSubject(deps: TokenEndpointDeps, token: string): Promise<Access> {
  const { claims } = decode(token, 'subject_token');
  if (claims.exp === undefined) throw new Refusal(400, 'Missing exp claim in JWT');
  if (claims.aud === undefined) throw new Refusal(400, 'Missing aud claim in JWT');
  if (claims.iss !== deps.issuer) throw new Refusal(400, 'Missing or invalid iss claim in JWT');
  const options = { ...optionsAt(deps.clock.now()), issuer: deps.issuer };
  const { payload } = await verify(jwtVerify(token, deps.issuerKeys, options));
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { mode: 'patient', nhsNumber: text(payload['nhs_number']), vot: text(payload['vot']) };
}
