import { randomUUID, type KeyObject } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { secondsAfter, type Clock } from '#foundation/clock';
import type { Received } from '#foundation/outgoing';
import { SignJWT } from 'jose';
import { z } from 'zod';

/** Who we are to the API platform. */
export interface Credentials {
  readonly tokenUrl: string;
  readonly apiKey: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

export type TokenReading =
  | { readonly outcome: 'token'; readonly token: string }
  /** The platform does not take what was to be exchanged: the login's own token. */
  | { readonly outcome: 'refused'; readonly code: string }
  | { readonly outcome: 'none'; readonly reason: string; readonly isOurs: boolean };

/** Sends a form to the platform's token endpoint. */
export type PostForm = (form: URLSearchParams, limits: { readonly timeoutMs: number }) => Promise<Received>;

/** The platform's access token for this application, kept in this process. */
export interface ApplicationToken {
  /** @returns the one that is known, or a new one; all who need a new one at the same time wait for the same */
  get(limits: { readonly timeoutMs: number }): Promise<TokenReading>;
  /** Forgets it, if it is still the one that is known: the register did not take it. */
  drop(token: string): void;
}

/** Not longer than the platform allows, 5 minutes, also when its clock is a little behind. */
const assertionSeconds = 240;
/** A token is renewed so long before it ends, but not before half of its time is over. */
const renewSeconds = 30;

const clientCredentials = 'client_credentials';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token';
const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const grantedToken = z.object({
  access_token: z
    .string()
    .min(1)
    .max(16_384)
    .regex(/^[\x21-\x7e]+$/u),
  expires_in: z.coerce.number().positive(),
});
const refusal = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/u) });

/** What the platform says of an exchange when it is about the token to be exchanged, not about us. */
const aboutTheSubject = new Set(['invalid_request', 'invalid_grant', 'invalid_token', 'access_denied']);

interface Deps {
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly postForm: PostForm;
}

/**
 * @param deps.requestMs how long asking for one may take: the one who asks first may have less time than those who wait for the
 *   same token
 * @see NHS England API platform, “Application-restricted RESTful APIs: signed JWT authentication”
 */
export function createApplicationToken(deps: Deps & { readonly requestMs: number }): ApplicationToken {
  let known: { token: string; since: Date; until: Date } | undefined;
  let asking: Promise<TokenReading> | undefined;
  const ask = async (): Promise<TokenReading> => {
    const since = deps.clock.now();
    const limits = { timeoutMs: deps.requestMs };
    const asked = await requestToken(deps, { grant_type: clientCredentials }, limits);
    if (asked.outcome !== 'token') return asked;
    const { token, seconds } = asked;
    const until = secondsAfter(since, Math.max(seconds - renewSeconds, seconds / 2));
    known = { token, since, until };
    return { outcome: 'token', token };
  };
  return {
    get: (limits) => {
      const now = deps.clock.now();
      // A sandbox's clock may be moved back: then what was given later is not counted on.
      if (known !== undefined && known.since <= now && now < known.until)
        return Promise.resolve({ outcome: 'token', token: known.token });
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return withinTime(asking, limits.timeoutMs);
    },
    drop: (token) => {
      if (known?.token === token) known = undefined;
    },
  };
}

async function withinTime(asking: Promise<TokenReading>, timeoutMs: number): Promise<TokenReading> {
  const controller = new AbortController();
  const { signal } = controller;
  const late = wait(timeoutMs, { outcome: 'none', reason: 'too-slow', isOurs: false } as const, { signal });
  // Nobody waits any more for whichever comes second.
  late.catch(() => undefined);
  try {
    return await Promise.race([asking, late]);
  } finally {
    controller.abort();
  }
}

/**
 * Exchanges the ID token of somebody's login for an access token of theirs, with which they may change their own entry.
 *
 * @see NHS England API platform, “User-restricted RESTful APIs: NHS login separate authentication and authorisation”
 */
export async function exchangeIdToken(
  deps: Deps,
  idToken: string,
  limits: { readonly timeoutMs: number },
): Promise<TokenReading> {
  const grant = { grant_type: tokenExchange, subject_token_type: idTokenType, subject_token: idToken };
  const asked = await requestToken(deps, grant, limits);
  return asked.outcome === 'token' ? { outcome: 'token', token: asked.token } : asked;
}

type Granted = { readonly outcome: 'token'; readonly token: string; readonly seconds: number };

async function requestToken(
  deps: Deps,
  grant: Readonly<Record<string, string>>,
  limits: { readonly timeoutMs: number },
): Promise<Granted | Exclude<TokenReading, { outcome: 'token' }>> {
  const assertion = await signAssertion(deps);
  const form = new URLSearchParams({
    ...grant,
    client_assertion_type: jwtBearer,
    client_assertion: assertion,
  });
  const received = await deps.postForm(form, limits);
  if (received.outcome === 'none') return { outcome: 'none', reason: received.reason, isOurs: false };
  const { status } = received;
  if (status === 200) {
    const granted = grantedToken.safeParse(parseJson(received.text));
    return granted.success
      ? { outcome: 'token', token: granted.data.access_token, seconds: granted.data.expires_in }
      : { outcome: 'none', reason: 'unreadable', isOurs: false };
  }
  const said = refusal.safeParse(parseJson(received.text));
  const code = said.success ? said.data.error : String(status);
  if (status === 408 || status === 429 || status >= 500)
    return { outcome: 'none', reason: `status-${status}`, isOurs: false };
  if (grant['grant_type'] === tokenExchange && aboutTheSubject.has(code)) return { outcome: 'refused', code };
  return { outcome: 'none', reason: `${status}-${code}`, isOurs: true };
}

function signAssertion({ clock, credentials }: Deps): Promise<string> {
  const { apiKey, keyId, privateKey, tokenUrl } = credentials;
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS512', kid: keyId, typ: 'JWT' })
    .setIssuer(apiKey)
    .setSubject(apiKey)
    .setAudience(tokenUrl)
    .setJti(randomUUID())
    .setExpirationTime(secondsAfter(clock.now(), assertionSeconds))
    .sign(privateKey);
}

/** @returns undefined when it is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
