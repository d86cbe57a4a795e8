import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { createAccount, setPhone } from '#accounts';
import { agree } from '#consent';
import { createAudit } from '#foundation/audit';
import { systemClock } from '#foundation/clock';
import { createPasswordHasher } from '#foundation/security';
import { openDatabase } from '#foundation/storage';
import { readSimulatedInbox, type InboxMessage } from '#messaging';
import { nations, registerClient } from '#partners';
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose';

/** Somebody with a login who has agreed to share with the bench's service. */
export interface BenchPerson {
  readonly email: string;
  readonly phone: string;
  readonly password: string;
  /** Where in the network their browser is. */
  readonly remoteAddress: string;
}

/** A connected service, as its own server has it. */
export interface BenchService {
  readonly clientId: string;
  readonly redirectUri: string;
  /** Signs client assertions for the token endpoint ahead of time: the service's own work is not what is measured. */
  readonly signAssertions: (count: number) => Promise<string[]>;
}

/** What the load needs besides the product's addresses. */
export interface BenchWorld {
  readonly people: readonly BenchPerson[];
  readonly service: BenchService;
  /** @returns what has been sent since, the newest first */
  readonly readInbox: (since: Date, limit: number) => Promise<InboxMessage[]>;
  readonly close: () => Promise<void>;
}

const scopes = ['openid', 'email', 'phone'] as const;
const password = 'wheelbarrow 7 tidal Quince';
const redirectUri = 'http://localhost/callback';
const assertionSeconds = 3000;

/** Fills the database that the product has just prepared, through the same doors that it uses itself. */
export async function prepareWorld(options: {
  databaseUrl: string;
  issuer: string;
  people: number;
}): Promise<BenchWorld> {
  const database = openDatabase({ url: options.databaseUrl, connections: 4 });
  const clock = systemClock();
  const audit = createAudit({ clock, count: () => undefined });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint({ kty: 'RSA', n, e });
  const passwords = await createPasswordHasher({ atOnce: 1, waiting: 0 });
  const passwordHash = await passwords.hash(password);
  const people = Array.from({ length: options.people }, (_, index) => describePerson(index));
  const clientId = await database.transact(async (db) => {
    const deps = { db, clock, audit: audit.on(db) };
    const client = await registerClient(deps, {
      clientName: 'Bench service',
      redirectUris: [redirectUri],
      jwks: { keys: [{ kty: 'RSA', kid, alg: 'RS512', use: 'sig', n, e }] },
      scopes: [...scopes],
      vectors: ['P0.Cp', 'P0.Cp.Cd'],
      nations: [...nations],
      ssoWith: [],
      im1Enabled: false,
      requireNonce: true,
    });
    for (const { email, phone } of people) {
      const made = await createAccount(deps, { email, passwordHash, nation: 'england', language: 'en' });
      if (made.outcome !== 'created') throw new Error('the database is not empty');
      await setPhone(deps, { accountId: made.account.id, phone });
      await agree(deps, {
        accountId: made.account.id,
        clientId: client.clientId,
        scopes: ['email', 'phone'],
        level: 'P0',
      });
    }
    return client.clientId;
  });
  const signAssertions = (count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        signAssertion({ clientId, kid, privateKey, issuer: options.issuer }),
      ),
    );
  return {
    people,
    service: { clientId, redirectUri, signAssertions },
    readInbox: (since, limit) => readSimulatedInbox({ db: database.db }, { since, limit }),
    close: () => database.close(),
  };
}

function describePerson(index: number): BenchPerson {
  const number = String(index).padStart(6, '0');
  return {
    email: `person-${number}@people.example`,
    phone: `+447700${number}`,
    password,
    remoteAddress: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
  };
}

function signAssertion(of: {
  clientId: string;
  kid: string;
  privateKey: KeyObject;
  issuer: string;
}): Promise<string> {
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS512', kid: of.kid })
    .setIssuer(of.clientId)
    .setSubject(of.clientId)
    .setAudience(`${of.issuer}/token`)
    .setIssuedAt()
    .setExpirationTime(`${assertionSeconds} seconds`)
    .sign(of.privateKey);
}

/** @returns the address of an authorization request of the service's */
export function authorizeAddress(service: BenchService, vector: string): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: service.clientId,
    redirect_uri: service.redirectUri,
    scope: scopes.join(' '),
    vtr: JSON.stringify([vector]),
    state: randomUUID(),
    nonce: randomUUID(),
  });
  return `/authorize?${query.toString()}`;
}
