import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { createAccount, setPhone } from '#accounts';
import { agree } from '#consent';
import { createAudit } from '#foundation/audit';
import { systemClock } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { type NhsNumber, nations, readNhsNumber } from '#foundation/identifiers';
import { createPasswordHasher, createSecrets } from '#foundation/security';
import { openDatabase } from '#foundation/storage';
import { establishIdentity } from '#identity';
import { readSimulatedInbox, type InboxMessage } from '#messaging';
import { registerClient } from '#partners';
import { putSimulatedPatient } from '#pds';
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
  /**
   * Signs client assertions for the token endpoint ahead of time: the service's own work is not what is measured.
   *
   * @param lifetimeSeconds of each; long enough for any round when undefined
   */
  readonly signAssertions: (count: number, lifetimeSeconds?: number) => Promise<string[]>;
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
const scopesOfKnown = [...scopes, 'profile'] as const;
const password = 'wheelbarrow 7 tidal Quince';
const redirectUri = 'http://localhost/callback';
const assertionSeconds = 3000;

/**
 * Fills the database that the product has just prepared, through the same doors that it uses itself.
 *
 * @param options.masterKey the product's
 * @param options.areKnown whether it is known who people are (P5), and they share that, too
 */
export async function prepareWorld(options: {
  databaseUrl: string;
  issuer: string;
  masterKey: Buffer;
  people: number;
  areKnown: boolean;
}): Promise<BenchWorld> {
  const { areKnown } = options;
  const database = openDatabase({ url: options.databaseUrl, connections: 4 });
  const clock = systemClock();
  const audit = createAudit({ clock, count: () => undefined });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint({ kty: 'RSA', n, e });
  const passwords = await createPasswordHasher({ atOnce: 1, waiting: 0 });
  const passwordHash = await passwords.hash(password);
  const secrets = createSecrets(options.masterKey);
  const people = Array.from({ length: options.people }, (_, index) => describePerson(index));
  const clientId = await database.transact(async (db) => {
    const deps = { db, clock, audit: audit.on(db), secrets };
    const client = await registerClient(deps, {
      clientName: 'Bench service',
      redirectUris: [redirectUri],
      jwks: { keys: [{ kty: 'RSA', kid, alg: 'RS512', use: 'sig', n, e }] },
      scopes: [...scopesOfKnown],
      vectors: ['P0.Cp', 'P0.Cp.Cd', 'P5.Cp.Cd'],
      nations: [...nations],
      ssoWith: [],
      im1Enabled: false,
      requireNonce: true,
    });
    for (const [index, person] of people.entries())
      await addPerson(deps, { ...person, index, passwordHash, clientId: client.clientId, isKnown: areKnown });
    return client.clientId;
  });
  const signAssertions = (count: number, lifetimeSeconds = assertionSeconds) =>
    Promise.all(
      Array.from({ length: count }, () =>
        signAssertion({ clientId, kid, privateKey, issuer: options.issuer, lifetimeSeconds }),
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

async function addPerson(
  deps: Pick<Deps, 'db' | 'clock' | 'audit' | 'secrets'>,
  person: {
    index: number;
    email: string;
    phone: string;
    passwordHash: string;
    clientId: string;
    isKnown: boolean;
  },
): Promise<void> {
  const { index, email, phone, passwordHash, clientId, isKnown } = person;
  const made = await createAccount(deps, { email, passwordHash, nation: 'england', language: 'en' });
  if (made.outcome !== 'created') throw new Error('the database is not empty');
  const accountId = made.account.id;
  await setPhone(deps, { accountId, phone });
  if (isKnown) {
    const identity = describeIdentity(index);
    const { givenName, ...details } = identity.details;
    // A sign-in reads the register again.
    await putSimulatedPatient(deps, { ...details, givenNames: [givenName], mobile: phone });
    const { outcome } = await establishIdentity(deps, { accountId, ...identity });
    if (outcome !== 'established') throw new Error(`somebody could not be made known: ${outcome}`);
  }
  await agree(deps, {
    accountId,
    clientId,
    scopes: isKnown ? ['email', 'phone', 'profile'] : ['email', 'phone'],
    level: isKnown ? 'P5' : 'P0',
  });
}

function describeIdentity(index: number) {
  const details = {
    nhsNumber: madeUpNhsNumber(index),
    familyName: 'Hopper',
    givenName: 'Grace',
    birthdate: '1986-12-09',
    gpOdsCode: 'Z99001',
  };
  return { level: 'P5', details, phoneMatched: true } as const;
}

/** Far from the numbers of the sandbox's own people. */
const firstNine = 999_500_000;

/** @returns a number of the range that is never issued; of eleven in a row, one has no check digit and is passed over */
function madeUpNhsNumber(index: number): NhsNumber {
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  for (let nine = firstNine + index * 2; ; nine += 1) {
    const found = digits.map((digit) => readNhsNumber(`${nine}${digit}`)).find((one) => one !== undefined);
    if (found !== undefined) return found;
  }
}

function signAssertion(of: {
  clientId: string;
  kid: string;
  privateKey: KeyObject;
  issuer: string;
  lifetimeSeconds: number;
}): Promise<string> {
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS512', kid: of.kid })
    .setIssuer(of.clientId)
    .setSubject(of.clientId)
    .setAudience(`${of.issuer}/token`)
    .setIssuedAt()
    .setExpirationTime(`${of.lifetimeSeconds} seconds`)
    .sign(of.privateKey);
}

/** @returns the address of an authorization request of the service's */
export function authorizeAddress(service: BenchService, vector: 'P0.Cp' | 'P0.Cp.Cd' | 'P5.Cp.Cd'): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: service.clientId,
    redirect_uri: service.redirectUri,
    scope: (vector.startsWith('P0') ? scopes : scopesOfKnown).join(' '),
    vtr: JSON.stringify([vector]),
    state: randomUUID(),
    nonce: randomUUID(),
  });
  return `/authorize?${query.toString()}`;
}
