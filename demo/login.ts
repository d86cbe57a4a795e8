import { createPrivateKey, webcrypto } from 'node:crypto';
import * as client from 'openid-client';
import type { DemoSettings } from './settings.ts';

/** What the person at the browser chose on the front page. */
export interface Choices {
  /** A Vector of Trust, such as `P0.Cp`. */
  readonly vector: string;
  readonly scopes: readonly string[];
  /** `login` asks again even if signed in; `none` shows no page at all. */
  readonly prompt?: 'login' | 'none' | undefined;
}

/** What has to be remembered between sending a browser away and its return. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** What came back. */
export interface Received {
  /** The token endpoint's answer, as it came. */
  readonly tokenAnswer: Readonly<Record<string, unknown>>;
  /** Who the ID token is about: the answer of `/userinfo` has to be about the same person. */
  readonly subject: string;
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken?: string | undefined;
  readonly userinfo: Readonly<Record<string, unknown>>;
}

export interface Login {
  /** @returns where to send the browser, and what to remember until it comes back */
  begin(choices: Choices): Promise<{ readonly address: string; readonly transaction: Transaction }>;
  /**
   * Exchanges the code for tokens, checks them, and asks for the person's details.
   *
   * @param query the query string with which the browser came back
   */
  finish(query: string, transaction: Transaction): Promise<Received>;
  /** Exchanges a refresh token for new tokens. The ID token stays the one of the sign-in. */
  refresh(received: Received): Promise<Received>;
}

const secondsToWait = 10;

/** The login could not be reached, or did not answer as a login does. */
export class LoginUnreachable extends Error {
  override readonly name = 'LoginUnreachable';
}

/** Everything that this service does to sign people in. */
export function createLogin(settings: DemoSettings): Login {
  const redirectUri = `${settings.origin}/callback`;
  const reach = createReach(settings);
  return {
    begin: (choices) => reach((config) => begin(config, redirectUri, choices)),
    finish: (query, transaction) =>
      reach((config) => finish(config, new URL(`${redirectUri}?${query}`), transaction)),
    refresh: (received) => reach((config) => refresh(config, received)),
  };
}

type Reach = <T>(work: (config: client.Configuration) => Promise<T>) => Promise<T>;

/** Reads the login's description of itself when it is first needed, and again after it could not be reached. */
function createReach(settings: DemoSettings): Reach {
  let discovered: Promise<client.Configuration> | undefined;
  return async (work) => {
    const pending = (discovered ??= discover(settings));
    const config = await pending.catch((cause: unknown) => {
      discovered = undefined;
      throw new LoginUnreachable('the login could not be reached', { cause });
    });
    return work(config).catch((cause: unknown) => {
      if (!isNetworkTrouble(cause)) throw cause;
      discovered = undefined;
      throw new LoginUnreachable('the login could not be reached', { cause });
    });
  };
}

async function begin(config: client.Configuration, redirectUri: string, choices: Choices) {
  const transaction = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    codeVerifier: client.randomPKCECodeVerifier(),
  };
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: ['openid', ...choices.scopes].join(' '),
    vtr: JSON.stringify([choices.vector]),
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(transaction.codeVerifier),
    code_challenge_method: 'S256',
    ...(choices.prompt === undefined ? {} : { prompt: choices.prompt }),
  });
  return { address: address.href, transaction };
}

async function finish(
  config: client.Configuration,
  address: URL,
  transaction: Transaction,
): Promise<Received> {
  const tokens = await client.authorizationCodeGrant(config, address, {
    expectedState: transaction.state,
    expectedNonce: transaction.nonce,
    pkceCodeVerifier: transaction.codeVerifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined || tokens.id_token === undefined) throw new Error('no ID token came');
  return {
    tokenAnswer: { ...tokens },
    subject: claims.sub,
    idToken: tokens.id_token,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    userinfo: await client.fetchUserInfo(config, tokens.access_token, claims.sub),
  };
}

async function refresh(config: client.Configuration, received: Received): Promise<Received> {
  if (received.refreshToken === undefined) throw new Error('there is no refresh token');
  const tokens = await client.refreshTokenGrant(config, received.refreshToken);
  return {
    tokenAnswer: { ...tokens },
    subject: received.subject,
    idToken: tokens.id_token ?? received.idToken,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? received.refreshToken,
    userinfo: await client.fetchUserInfo(config, tokens.access_token, received.subject),
  };
}

async function discover(settings: DemoSettings): Promise<client.Configuration> {
  const issuer = new URL(settings.issuer);
  const key = await readPrivateKey(settings.privateKeyPem);
  return client.discovery(
    issuer,
    settings.clientId,
    { id_token_signed_response_alg: 'RS512' },
    client.PrivateKeyJwt(key),
    {
      timeout: secondsToWait,
      execute: [
        // Checks the ID token's signature against the login's published keys.
        client.enableNonRepudiationChecks,
        // A sandbox on this machine has no https.
        ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
      ],
    },
  );
}

function readPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' }, false, [
    'sign',
  ]);
}

function isNetworkTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof TypeError && error.message === 'fetch failed') return true;
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return true;
  const answered = 'cause' in error && error.cause instanceof Response ? error.cause.status : 0;
  return answered >= 502 || isNetworkTrouble(error.cause);
}
