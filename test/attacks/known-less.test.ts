import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetAccount as forgetIdentity } from '#identity';
import { codeIn, createPerson, goToEntry, openBrowser, signIn } from '../openid/support/people.ts';
import { startProvider, type TestProvider } from '../openid/support/provider.ts';
import { authorizeAddress, exchange, refresh, registerService } from '../openid/support/service.ts';
import { makeKnown } from '../support/identities.ts';

let provider: TestProvider;
before(async () => {
  provider = await startProvider();
});
after(() => provider.close());

test('no token says that somebody is proven who is not any more, whatever was issued before', async () => {
  const service = await registerService(provider, {
    scopes: ['openid', 'profile'],
    vectors: ['P0.Cp', 'P9.Cp'],
  });
  const { id: accountId } = await createPerson(provider);
  await makeKnown(provider, { accountId, level: 'P9' });
  const browser = openBrowser(provider);
  const silently = async (vtr: string) => {
    const address = authorizeAddress(service, { prompt: 'none', vtr, scope: 'openid profile' });
    return codeIn((await goToEntry(browser, address)).address);
  };
  const proven = { vtr: '["P9.Cp"]', scope: 'openid profile' };
  const back = await signIn(provider, service, { accountId, browser }, proven);
  const { body } = await exchange(provider, service, codeIn(back));
  const unused = { proven: await silently('["P9.Cp"]'), any: await silently('["P0.Cp"]') };
  await provider.house.transact((deps) => forgetIdentity(deps, accountId));
  for (const answer of [
    await exchange(provider, service, unused.proven),
    await refresh(provider, service, body['refresh_token']),
  ])
    assert.deepEqual([answer.status, answer.body['error']], [400, 'invalid_grant']);
  assert.equal((await exchange(provider, service, unused.any)).status, 200);
});
