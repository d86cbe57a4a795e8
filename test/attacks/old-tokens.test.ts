import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codeIn, createPerson, openPasswordResets, signIn } from '../openid/support/people.ts';
import { startProvider, type TestProvider } from '../openid/support/provider.ts';
import { exchange, refresh, registerService, type TestService } from '../openid/support/service.ts';
import { bearer } from '../openid/support/tokens.ts';

let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
});
after(() => provider.close());

test('a new password ends every token of the sign-ins before it, and none of those after it', async () => {
  const account = await createPerson(provider);
  const reset = await openPasswordResets(provider);
  const signInAnew = async () =>
    (await exchange(provider, service, codeIn(await signIn(provider, service, { accountId: account.id }))))
      .body;
  const statusOf = async (accessToken: unknown) =>
    (await provider.fetch('/userinfo', { headers: bearer(accessToken) })).status;

  const thiefs = await signInAnew();
  assert.equal(await statusOf(thiefs['access_token']), 200);
  const unused = codeIn(await signIn(provider, service, { accountId: account.id }));
  await reset(account);

  assert.equal(await statusOf(thiefs['access_token']), 401);
  assert.equal((await refresh(provider, service, thiefs['refresh_token'])).body['error'], 'invalid_grant');
  assert.equal((await exchange(provider, service, unused)).body['error'], 'invalid_grant');

  const owners = await signInAnew();
  assert.equal(await statusOf(owners['access_token']), 200);
  assert.equal((await refresh(provider, service, owners['refresh_token'])).status, 200);
});
