import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { forgetAccount, type Account } from '#accounts';
import { withdrawAgreement } from '#consent';
import { SignJWT } from 'jose';
import type { TestBrowser } from './support/browser.ts';
import { signHandOver } from './support/hand-over.ts';
import {
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  openPasswordResets,
  signIn,
} from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  exchange,
  nowSeconds,
  registerService,
  type Parameters,
  type TestService,
} from './support/service.ts';
import { payloadOf } from './support/tokens.ts';
import { visitsOf, type Visits } from './support/visits.ts';

let provider: TestProvider;
let other: TestProvider;
let giver: TestService;
let taker: TestService;
let visits: Visits;
let resetPasswordOf: (account: Account) => Promise<void>;
before(async () => {
  provider = await startProvider();
  other = await startProvider({ beside: provider });
  resetPasswordOf = await openPasswordResets(provider);
  taker = await registerService(provider, { clientName: 'Taker' });
  giver = await registerService(provider, { clientName: 'Giver', ssoWith: [taker.clientId] });
  visits = visitsOf(provider, taker);
});
after(async () => {
  await other.close();
  await provider.close();
});

interface Held {
  readonly person: Account;
  /** The browser in which they signed in to the giver. */
  readonly browser: TestBrowser;
  /** The claims of the ID token that the giver got. */
  readonly idToken: Readonly<Record<string, unknown>>;
  readonly accessToken: unknown;
}

/** Signs somebody in to the giver who agreed to share with the taker before, unless they are new there. */
async function held(
  options: { isNew?: boolean; request?: Parameters; from?: TestService } = {},
): Promise<Held> {
  const { from = giver } = options;
  const person = await createPerson(provider);
  const by = { accountId: person.id };
  if (options.isNew !== true) codeIn(await signIn(provider, taker, by));
  const browser = openBrowser(provider);
  const back = await signIn(provider, from, { ...by, browser }, options.request);
  const { body } = await exchange(provider, from, codeIn(back));
  return { person, browser, idToken: payloadOf(body['id_token']), accessToken: body['access_token'] };
}

/** Asks silently, as the taker, with an assertion. @returns `code`, or the error */
function ask(assertion: string, browser = openBrowser(provider), changes: Parameters = {}): Promise<string> {
  return visits.askSilently(browser, { asserted_login_identity: assertion, ...changes });
}

const refusal = 'sso_login_required';

test('somebody who is signed in at one service is signed in at another, in a browser that knows nobody', async () => {
  const { person, idToken } = await held();
  const browser = openBrowser(provider);
  const assertion = await signHandOver(giver, idToken['jti']);
  const address = authorizeAddress(taker, { prompt: 'none', asserted_login_identity: assertion });
  const claims = await visits.idTokenAt((await goToEntry(browser, address)).address);
  assert.equal(claims['sub'], person.id);
  assert.equal(claims['vot'], 'P0.Cp');
  assert.equal(claims['auth_time'], idToken['auth_time']);
  assert.deepEqual(browser.cookieNames, [], 'the browser holds no session of ours');
  assert.equal(await visits.askSilently(browser), refusal);
});

test('without prompt=none it needs no page either', async () => {
  const { person, idToken } = await held();
  const assertion = await signHandOver(giver, idToken['jti']);
  const arrival = await goToEntry(
    openBrowser(provider),
    authorizeAddress(taker, { asserted_login_identity: assertion }),
  );
  assert.equal((await visits.idTokenAt(arrival.address))['sub'], person.id);
});

test('in the browser of that session the session simply goes on', async () => {
  const { browser, idToken } = await held();
  assert.equal(await ask(await signHandOver(giver, idToken['jti']), browser), 'code');
  assert.equal(await visits.askSilently(browser), 'code');
});

test('whoever was handed over can be handed on, as long as the first session lives', async () => {
  const { idToken } = await held();
  const last = await registerService(provider);
  const middle = await registerService(provider, { ssoWith: [last.clientId] });
  const open = await registerService(provider, { ssoWith: [middle.clientId] });
  const { person, browser, idToken: first } = await held({ from: open });
  for (const service of [middle, last]) codeIn(await signIn(provider, service, { accountId: person.id }));
  const viaMiddle = await goToEntry(
    openBrowser(provider),
    authorizeAddress(middle, {
      prompt: 'none',
      asserted_login_identity: await signHandOver(open, first['jti']),
    }),
  );
  const { body } = await exchange(provider, middle, codeIn(viaMiddle.address));
  const { jti } = payloadOf(body['id_token']);
  const handOn = async () =>
    visits.askSilently(
      openBrowser(provider),
      { asserted_login_identity: await signHandOver(middle, jti) },
      last,
    );
  assert.equal(await handOn(), 'code');
  provider.clock.advance(3601);
  assert.equal(await handOn(), refusal);
  assert.notEqual(await visits.askSilently(browser, {}, open), 'code');
  assert.notEqual(idToken['jti'], jti);
});

test('an assertion is good once, in whichever process it is shown', async () => {
  const { idToken } = await held();
  const assertion = await signHandOver(giver, idToken['jti']);
  assert.equal(await ask(assertion), 'code');
  assert.equal(await ask(assertion), refusal);
  for (let times = 0; times < 3; times += 1) {
    const contested = await signHandOver(giver, idToken['jti']);
    const answers = await Promise.all(
      [provider, other, provider, other].map((process) => ask(contested, openBrowser(process))),
    );
    assert.deepEqual(answers.toSorted(), ['code', refusal, refusal, refusal]);
  }
});

test('two services may happen to choose the same jti', async () => {
  const [one, two] = [await held(), await held()];
  const second = await registerService(provider, { ssoWith: [taker.clientId] });
  const third = await held({ from: second });
  const jti = randomUUID();
  assert.equal(await ask(await signHandOver(giver, one.idToken['jti'], { jti })), 'code');
  assert.equal(await ask(await signHandOver(giver, two.idToken['jti'], { jti })), refusal);
  assert.equal(await ask(await signHandOver(second, third.idToken['jti'], { jti })), 'code');
});

const times: Readonly<Record<string, (now: number) => Readonly<Record<string, unknown>>>> = {
  'that has expired': (now) => ({ iat: now - 90, exp: now - 30 }),
  'from the future': (now) => ({ iat: now + 40, exp: now + 60 }),
  'that lives for more than 60 seconds': (now) => ({ exp: now + 61 }),
  'that was made long before': (now) => ({ iat: now - 3600 }),
  'without exp': () => ({ exp: undefined }),
  'without iat': () => ({ iat: undefined }),
  'without jti': () => ({ jti: undefined }),
  'with an empty jti': () => ({ jti: '' }),
  'with an endless jti': () => ({ jti: 'x'.repeat(600) }),
  'that is not valid yet': (now) => ({ nbf: now + 120 }),
  'whose jti is a number': () => ({ jti: 7 }),
  'whose times are text': (now) => ({ iat: String(now) }),
};
for (const [what, changesAt] of Object.entries(times)) {
  test(`an assertion ${what} is not accepted`, async () => {
    const { idToken } = await held();
    assert.equal(await ask(await signHandOver(giver, idToken['jti'], changesAt(nowSeconds()))), refusal);
  });
}

test('clocks may differ by some seconds', async () => {
  const { idToken } = await held();
  const now = nowSeconds();
  for (const iat of [now - 65, now + 10])
    assert.equal(await ask(await signHandOver(giver, idToken['jti'], { iat, exp: iat + 60 })), 'code');
});

test('only the key of the service that hands over counts, and only RS512', async () => {
  const { idToken } = await held();
  const stranger = await registerService(provider);
  const forged = { clientId: giver.clientId, privateKey: stranger.privateKey };
  assert.equal(await ask(await signHandOver(forged, idToken['jti'])), refusal);
  const claims = { iss: giver.clientId, code: idToken['jti'], jti: randomUUID() };
  const sign = (alg: string, key: Uint8Array) =>
    new SignJWT(claims).setProtectedHeader({ alg }).setIssuedAt().setExpirationTime('60s').sign(key);
  const secret = Buffer.from(JSON.stringify(giver.publicJwk));
  assert.equal(await ask(await sign('HS512', secret)), refusal);
  const [, body = ''] = (await signHandOver(giver, idToken['jti'])).split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  assert.equal(await ask(`${none}.${body}.`), refusal);
});

for (const junk of ['x', 'a.b.c', '..', '{"outcome":"accepted"}', 'ey'.repeat(3000)]) {
  test(`“${junk.slice(0, 25)}” is no assertion`, async () => {
    assert.equal(await ask(junk), refusal);
    const request = await visits.ask(openBrowser(provider), { asserted_login_identity: junk });
    assert.deepEqual([request.prompt, request.session, request.missing], ['login', undefined, ['Cp']]);
  });
}

test('nobody is handed over between services that were not paired, nor the other way round', async () => {
  const { idToken } = await held();
  const stranger = await registerService(provider);
  const assertion = await signHandOver(giver, idToken['jti']);
  assert.equal(
    await visits.askSilently(openBrowser(provider), { asserted_login_identity: assertion }, stranger),
    refusal,
  );
  const back = await held({ from: taker });
  codeIn(await signIn(provider, giver, { accountId: back.person.id }));
  const reverse = await signHandOver(taker, back.idToken['jti']);
  assert.equal(
    await visits.askSilently(openBrowser(provider), { asserted_login_identity: reverse }, giver),
    refusal,
  );
});

test('an ID token that is unknown, another’s, or no ID token leads to nobody', async () => {
  const { idToken, accessToken } = await held();
  const [family = ''] = String(idToken['jti']).split('.');
  const second = await registerService(provider, { ssoWith: [taker.clientId] });
  assert.equal(await ask(await signHandOver(second, idToken['jti'])), refusal);
  for (const code of [
    payloadOf(accessToken)['jti'],
    `${family}.${'a'.repeat(43)}`,
    `${'a'.repeat(22)}.${'a'.repeat(43)}`,
    family,
    '',
    undefined,
    7,
  ]) {
    assert.equal(await ask(await signHandOver(giver, code)), refusal, String(code));
  }
});

test('a session that was not used for an hour hands nobody over', async () => {
  const { idToken } = await held();
  provider.clock.advance(3601);
  assert.equal(await ask(await signHandOver(giver, idToken['jti'])), refusal);
});

test('a session that somebody else’s sign-in has replaced hands nobody over', async () => {
  const { browser, idToken } = await held();
  const grace = await createPerson(provider);
  codeIn(await signIn(provider, giver, { accountId: grace.id, browser }, { prompt: 'login' }));
  assert.equal(await ask(await signHandOver(giver, idToken['jti'])), refusal);
});

test('a new password, and closing the account, end what could be handed over', async () => {
  const { person, browser, idToken } = await held();
  provider.clock.advance(1);
  await resetPasswordOf(person);
  assert.equal(await ask(await signHandOver(giver, idToken['jti'])), refusal);
  provider.clock.advance(1);
  codeIn(await signIn(provider, giver, { accountId: person.id, browser }));
  assert.equal(await ask(await signHandOver(giver, idToken['jti'])), refusal, 'also in the same browser');
  const closed = await held();
  await provider.house.transact((deps) => forgetAccount(deps, closed.person.id));
  assert.equal(await ask(await signHandOver(giver, closed.idToken['jti'])), refusal);
});

test('a service with which somebody shares nothing any more can’t hand them over', async () => {
  const { person, idToken } = await held();
  const parties = { accountId: person.id, clientId: giver.clientId };
  await provider.house.transact((deps) => withdrawAgreement(deps, parties));
  assert.equal(await ask(await signHandOver(giver, idToken['jti'])), refusal);
});

test('a code that was shown twice takes the hand-over with it', async () => {
  const { person } = await held();
  const code = codeIn(await signIn(provider, giver, { accountId: person.id }));
  const { body } = await exchange(provider, giver, code);
  await exchange(provider, giver, code);
  const { jti } = payloadOf(body['id_token']);
  assert.equal(await ask(await signHandOver(giver, jti)), refusal);
});

test('a session that does not satisfy vtr is not stepped up: the person signs in', async () => {
  const { idToken } = await held();
  const strong = { vtr: '["P0.Cp.Cd"]' };
  assert.equal(await ask(await signHandOver(giver, idToken['jti']), openBrowser(provider), strong), refusal);
  const assertion = await signHandOver(giver, idToken['jti']);
  const asking = { ...strong, asserted_login_identity: assertion };
  const request = await visits.ask(openBrowser(provider), asking);
  assert.deepEqual([request.session, request.missing], [undefined, ['Cp', 'Cd']]);
  const both = await held({ request: strong });
  const stronger = await signHandOver(giver, both.idToken['jti']);
  assert.equal(await ask(stronger, openBrowser(provider), strong), 'code');
});
