import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { codeIn, createPerson, openBrowser, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  assertionType,
  authorizeAddress,
  exchange,
  postToken,
  refresh,
  registerService,
  signAssertion,
  type TestService,
} from './support/service.ts';
import { bearer } from './support/tokens.ts';

let one: TestProvider;
let other: TestProvider;
let service: TestService;
let ada: Account;
before(async () => {
  one = await startProvider();
  other = await startProvider({ beside: one });
  service = await registerService(one);
  ada = await createPerson(one);
});
after(async () => {
  await other.close();
  await one.close();
});

test('a sign-in may pass from process to process with every request', async () => {
  const browser = openBrowser(one, other);
  codeIn(await signIn(one, service, { accountId: ada.id, browser }, { vtr: '["P0.Cp.Cd"]' }));
  for (const _ of [1, 2]) {
    const silent = await browser.go(authorizeAddress(service, { prompt: 'none' }));
    const answer = await exchange(other, service, codeIn(silent.address));
    assert.equal(answer.status, 200);
    const next = await refresh(one, service, answer.body['refresh_token']);
    const headers = bearer(next.body['access_token']);
    assert.equal((await other.fetch('/userinfo', { headers })).status, 200);
  }
});

test('a code is exchanged in one of two processes, never in both', async () => {
  for (let times = 0; times < 5; times += 1) {
    const code = codeIn(await signIn(one, service, { accountId: ada.id }));
    const answers = await Promise.all(
      [one, other, one, other].map((process) => exchange(process, service, code)),
    );
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    assert.equal(answers.filter((answer) => answer.body['error'] === 'invalid_grant').length, 3);
  }
});

test('what one process revokes, the other refuses', async () => {
  const code = codeIn(await signIn(one, service, { accountId: ada.id }));
  const { body } = await exchange(one, service, code);
  assert.equal((await exchange(other, service, code)).status, 400);
  const headers = bearer(body['access_token']);
  assert.equal((await one.fetch('/userinfo', { headers })).status, 401);
  assert.equal((await refresh(one, service, body['refresh_token'])).status, 400);
});

test('an assertion that one process has seen is no use at the other', async () => {
  const form = {
    grant_type: 'authorization_code',
    code: 'unknown',
    redirect_uri: service.redirectUri,
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(one, service),
  };
  const answers = await Promise.all([one, other, one, other].map((process) => postToken(process, form)));
  assert.equal(answers.filter((answer) => answer.body['error'] === 'invalid_grant').length, 1);
  assert.equal(answers.filter((answer) => answer.body['error'] === 'invalid_client').length, 3);
});
