import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readPage, withMistake } from './support/page.ts';
import { assertShowsPerson, requestOf, signInAt, type Leave } from './support/sign-in.ts';
import { lacks, openWorkshop, type Workshop } from './support/workshop.ts';
import { Visitor } from './support/visitor.ts';

/** The sign-in page of Auth.js has a button. */
const press: Leave = async (visitor) => {
  const { body } = await visitor.go('/');
  const csrfToken = /name="csrfToken" value="(?<token>\w+)"/u.exec(body)?.groups?.['token'] ?? '';
  const form = new URLSearchParams({ csrfToken, callbackUrl: '/' });
  return visitor.go('/auth/signin/bevan', { method: 'POST', body: form });
};

suite('docs/connect/auth-js.md', { skip: lacks('bash', 'openssl', 'curl') }, () => {
  const page = readPage('auth-js.md');
  let workshop: Workshop;
  let environment: { CLIENT_ID: string };
  before(async () => {
    workshop = await openWorkshop();
    environment = { CLIENT_ID: await workshop.register(page) };
  });
  after(() => workshop.close());

  test('followed to the letter, it tells a refusal, and shows who signed in, how, and what they share', async () => {
    const service = await workshop.build(page, environment);
    const refused = await signInAt(workshop, service, { consent: false, leave: press });
    assert.match(refused.body, /Try signing in with a different account/u);
    assertShowsPerson(await signInAt(workshop, service, { leave: press }), service);
    await service.stop();
  });

  test('without its checks it asks with PKCE alone, as the page says', async () => {
    const changes = { "checks: ['pkce', 'state', 'nonce'],": '' };
    const service = await workshop.build(withMistake(page, 'auth.mjs', changes), environment);
    const { leavesTo } = await press(new Visitor(service.origin));
    const { state, nonce, code_challenge } = requestOf(leavesTo);
    assert.deepEqual([state, nonce, code_challenge?.length], [undefined, undefined, 43]);
    await service.stop();
  });

  test('without idToken: false there is no e-mail address, as the page says', async () => {
    const service = await workshop.build(
      withMistake(page, 'auth.mjs', { 'idToken: false,': '' }),
      environment,
    );
    const { body } = await signInAt(workshop, service, { leave: press });
    const { userinfo } = JSON.parse(body);
    assert.deepEqual([userinfo.vot, userinfo.email], ['P0.Cp.Cd', undefined]);
    await service.stop();
  });

  const mistakes: [string, RegExp, Record<string, string>][] = [
    ['a key for another algorithm', /invalid_client/u, { 'SHA-512': 'SHA-256' }],
    [
      'a key in the options of a provider function',
      /must be a CryptoKey/u,
      { 'token: { clientPrivateKey },': 'options: { token: { clientPrivateKey } },' },
    ],
  ];
  for (const [mistake, told, changes] of mistakes) {
    test(`${mistake} leads to what the page says`, async () => {
      const service = await workshop.build(withMistake(page, 'auth.mjs', changes), environment);
      await signInAt(workshop, service, { leave: press });
      assert.match(service.output(), told);
      await service.stop();
    });
  }
});
