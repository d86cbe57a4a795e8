import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { exchange, refresh, registerService } from './support/service.ts';

let provider: TestProvider;
before(async () => {
  provider = await startProvider();
});
after(() => provider.close());

test('a person signs in, agrees, and the service gets tokens', async () => {
  const service = await registerService(provider);
  const person = await createPerson(provider);
  const back = await signIn(provider, service, { accountId: person.id });
  const answer = await exchange(provider, service, codeIn(back));
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  console.log(back.href, answer.body);
  const again = await refresh(provider, service, answer.body['refresh_token']);
  console.log(again.body);
  const info = await provider.fetch('/userinfo', { headers: { authorization: `Bearer ${String(again.body['access_token'])}` } });
  console.log(info.status, await info.json());
});
