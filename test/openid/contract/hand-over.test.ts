import assert from 'node:assert/strict';
import { createSign, KeyObject, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { forgetAccount, type Account } from '#accounts';
import { SignJWT } from 'jose';
import type { TestBrowser } from '../support/browser.ts';
import { signHandOver } from '../support/hand-over.ts';
import { codeIn, createPerson, goToEntry, openBrowser, signIn } from '../support/people.ts';
import { startProvider, type TestProvider } from '../support/provider.ts';
import {
  authorizeAddress,
  exchange,
  nowSeconds,
  registerService,
  type Parameters,
  type TestService,
} from '../support/service.ts';
import { payloadOf } from '../support/tokens.ts';
import { visitsOf, type Visits } from '../support/visits.ts';

/** The contract's conditions of `asserted_login_identity`, row by row, with and without `prompt=none`. */

let provider: TestProvider;
let giver: TestService;
let taker: TestService;
let stranger: TestService;
let visits: Visits;
before(async () => {
  provider = await startProvider();
  taker = await registerService(provider, { clientName: 'Taker', vectors: ['P0.Cp', 'P0.Cp.Cd', 'P5.Cp'] });
  giver = await registerService(provider, { clientName: 'Giver', ssoWith: [taker.clientId] });
  stranger = await registerService(provider, { clientName: 'Stranger' });
  visits = visitsOf(provider, taker);
});
after(() => provider.close());

/** Somebody who is signed in at the service that hands over. */
interface Held {
  readonly person: Account;
  readonly browser: TestBrowser;
  readonly tokens: Readonly<Record<string, unknown>>;
  /** The `jti` of the ID token. */
  readonly code: unknown;
}

/** @param options.isNew they have not agreed to share with the service that receives */
async function hold(
  options: { from?: TestService; to?: TestService; isNew?: boolean; vtr?: string } = {},
): Promise<Held> {
  const { from = giver, to = taker, isNew = false, vtr = '["P0.Cp"]' } = options;
  const person = await createPerson(provider);
  if (!isNew) codeIn(await signIn(provider, to, { accountId: person.id }));
  const browser = openBrowser(provider);
  const back = await signIn(provider, from, { accountId: person.id, browser }, { vtr });
  const { body: tokens } = await exchange(provider, from, codeIn(back));
  return { person, browser, tokens, code: payloadOf(tokens['id_token'])['jti'] };
}

interface HandOver {
  readonly assertion: string;
  /** The browser in which it is shown, if not one that knows nobody. */
  readonly browser?: TestBrowser;
  readonly to?: TestService;
  readonly vtr?: string;
}

type Prepare = () => Promise<HandOver>;
type Claims = Readonly<Record<string, unknown>>;

/** A good assertion but for some claims. */
const claiming =
  (changes: () => Claims): Prepare =>
  async () => ({ assertion: await signHandOver(giver, (await hold()).code, changes()) });

function claimsFor({ clientId: iss }: TestService, code: unknown): Claims {
  const iat = nowSeconds();
  return { iss, code, jti: randomUUID(), iat, exp: iat + 60 };
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

const accepted: readonly (readonly [row: string, prepare: Prepare])[] = [
  ['signature and times are right, a browser that knows nobody', claiming(() => ({}))],
  ['exp: a few seconds ahead', claiming(() => ({ exp: nowSeconds() + 5 }))],
  [
    'the session of that ID token has been idle for less than an hour',
    async () => {
      const { code } = await hold();
      provider.clock.advance(3500);
      return { assertion: await signHandOver(giver, code) };
    },
  ],
  [
    'in the browser of that session',
    async () => {
      const { code, browser } = await hold();
      return { assertion: await signHandOver(giver, code), browser };
    },
  ],
  [
    'the session satisfies vtr with two factors',
    async () => {
      const { code } = await hold({ vtr: '["P0.Cp.Cd"]' });
      return { assertion: await signHandOver(giver, code), vtr: '["P0.Cp.Cd"]' };
    },
  ],
];

const refused: readonly (readonly [row: string, prepare: Prepare])[] = [
  ['no JWT', () => Promise.resolve({ assertion: 'nonsense' })],
  [
    'signature: by another service’s key',
    async () => {
      const forged = { clientId: giver.clientId, privateKey: stranger.privateKey };
      return { assertion: await signHandOver(forged, (await hold()).code) };
    },
  ],
  [
    'signature: none',
    async () => {
      const claims = claimsFor(giver, (await hold()).code);
      return { assertion: `${encode({ alg: 'none' })}.${encode(claims)}.` };
    },
  ],
  [
    'signature: RS256',
    async () => {
      const signed = `${encode({ alg: 'RS256' })}.${encode(claimsFor(giver, (await hold()).code))}`;
      const signature = createSign('RSA-SHA256').update(signed).sign(KeyObject.from(giver.privateKey));
      return { assertion: `${signed}.${signature.toString('base64url')}` };
    },
  ],
  [
    'signature: HS512 with the public key',
    async () => {
      const secret = Buffer.from(JSON.stringify(giver.publicJwk));
      const jwt = new SignJWT({ ...claimsFor(giver, (await hold()).code) });
      return { assertion: await jwt.setProtectedHeader({ alg: 'HS512' }).sign(secret) };
    },
  ],
  ['iss: nobody', claiming(() => ({ iss: 'nobody' }))],
  ['iss: another service', claiming(() => ({ iss: stranger.clientId }))],
  ['iss: missing', claiming(() => ({ iss: undefined }))],
  ['exp: missing', claiming(() => ({ exp: undefined }))],
  ['exp: past', claiming(() => ({ iat: nowSeconds() - 90, exp: nowSeconds() - 30 }))],
  ['exp: more than 60 seconds ahead', claiming(() => ({ exp: nowSeconds() + 120 }))],
  ['iat: missing', claiming(() => ({ iat: undefined }))],
  ['iat: to come', claiming(() => ({ iat: nowSeconds() + 40, exp: nowSeconds() + 60 }))],
  ['jti: missing', claiming(() => ({ jti: undefined }))],
  [
    'jti: seen before',
    async () => {
      const assertion = await signHandOver(giver, (await hold()).code);
      const again = { asserted_login_identity: assertion };
      assert.equal(await visits.askSilently(openBrowser(provider), again), 'code');
      return { assertion };
    },
  ],
  ['code: missing', claiming(() => ({ code: undefined }))],
  ['code: made up', claiming(() => ({ code: randomUUID() }))],
  [
    'code: the jti of the access token',
    async () => {
      const { tokens } = await hold();
      return { assertion: await signHandOver(giver, payloadOf(tokens['access_token'])['jti']) };
    },
  ],
  [
    'code: the jti of an ID token that another service got',
    async () => ({ assertion: await signHandOver(giver, (await hold({ from: stranger })).code) }),
  ],
  [
    'session: idle for an hour',
    async () => {
      const { code } = await hold();
      provider.clock.advance(3610);
      return { assertion: await signHandOver(giver, code) };
    },
  ],
  [
    'session: somebody else has signed in in its browser',
    async () => {
      const { code, browser } = await hold();
      const { id: accountId } = await createPerson(provider);
      codeIn(await signIn(provider, giver, { accountId, browser }, { prompt: 'login' }));
      return { assertion: await signHandOver(giver, code) };
    },
  ],
  [
    'session: the account was closed',
    async () => {
      const { code, person } = await hold();
      await provider.house.transact((deps) => forgetAccount(deps, person.id));
      return { assertion: await signHandOver(giver, code) };
    },
  ],
  [
    'pair: not allowed',
    async () => ({ assertion: await signHandOver(giver, (await hold({ to: stranger })).code), to: stranger }),
  ],
  [
    'pair: allowed the other way round',
    async () => {
      const { code } = await hold({ from: taker, to: giver });
      return { assertion: await signHandOver(taker, code), to: giver };
    },
  ],
  [
    'vtr: a factor is missing',
    async () => ({ assertion: await signHandOver(giver, (await hold()).code), vtr: '["P0.Cp.Cd"]' }),
  ],
  [
    'vtr: a level is missing',
    async () => ({ assertion: await signHandOver(giver, (await hold()).code), vtr: '["P5.Cp"]' }),
  ],
  [
    'in the browser of somebody else who is signed in',
    async () => {
      const { browser } = await hold();
      return { assertion: await signHandOver(giver, (await hold()).code), browser };
    },
  ],
];

function parametersOf({ assertion, vtr }: HandOver): Parameters {
  return { asserted_login_identity: assertion, ...(vtr === undefined ? {} : { vtr }) };
}

/** @returns `code` or the error that the service is sent */
async function silently(handOver: HandOver): Promise<string> {
  const { browser = openBrowser(provider), to = taker } = handOver;
  return visits.askSilently(browser, parametersOf(handOver), to);
}

describe('an assertion is accepted', () => {
  for (const [row, prepare] of accepted) {
    test(`${row}: signed in without a page`, async () => {
      const handOver = await prepare();
      const { browser = openBrowser(provider), to = taker } = handOver;
      codeIn((await goToEntry(browser, authorizeAddress(to, parametersOf(handOver)))).address);
    });

    test(`${row}, prompt=none: signed in`, async () => assert.equal(await silently(await prepare()), 'code'));
  }

  test('consent for the service still applies: it is asked for', async () => {
    const { code, person } = await hold({ isNew: true });
    const asked = { asserted_login_identity: await signHandOver(giver, code) };
    const request = await visits.ask(openBrowser(provider), asked);
    assert.deepEqual([request.prompt, request.session?.accountId], ['consent', person.id]);
  });

  test('consent for the service still applies, prompt=none: consent_required', async () => {
    const { code } = await hold({ isNew: true });
    assert.equal(await silently({ assertion: await signHandOver(giver, code) }), 'consent_required');
  });
});

describe('an assertion is not accepted', () => {
  for (const [row, prepare] of refused) {
    test(`${row}: ignored, and the person signs in`, async () => {
      const handOver = await prepare();
      const { browser = openBrowser(provider), to = taker } = handOver;
      const request = await visits.ask(browser, parametersOf(handOver), to);
      assert.equal(request.prompt, 'login');
      assert.ok(request.missing.includes('Cp'));
    });

    test(`${row}, prompt=none: sso_login_required`, async () =>
      assert.equal(await silently(await prepare()), 'sso_login_required'));
  }

  test('prompt=login: whoever is handed over signs in all the same', async () => {
    const asked = { asserted_login_identity: await signHandOver(giver, (await hold()).code) };
    const request = await visits.ask(openBrowser(provider), { ...asked, prompt: 'login' });
    assert.deepEqual([request.prompt, request.session], ['login', undefined]);
  });
});
