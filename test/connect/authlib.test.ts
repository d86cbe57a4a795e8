import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readPage, withMistake } from './support/page.ts';
import { assertShowsPerson, signInAt } from './support/sign-in.ts';
import { lacks, openWorkshop, type Workshop } from './support/workshop.ts';
import { Visitor } from './support/visitor.ts';

suite('docs/connect/authlib.md', { skip: lacks('bash', 'openssl', 'curl', 'python3') }, () => {
  const page = readPage('authlib.md');
  let workshop: Workshop;
  let unavailable: string | undefined;
  let environment: { CLIENT_ID: string };
  before(async () => {
    workshop = await openWorkshop();
    environment = { CLIENT_ID: await workshop.register(page) };
    unavailable = await workshop.install(page);
  });
  after(() => workshop.close());

  test('followed to the letter, it tells a refusal, and shows who signed in, how, and what they share', async (context) => {
    if (unavailable !== undefined) return context.skip(unavailable);
    const service = await workshop.build(page, environment);
    const refused = await signInAt(workshop, service, { consent: false });
    assert.deepEqual([refused.status, refused.body], [403, 'Nothing was shared: ConsentNotGiven']);
    assertShowsPerson(await signInAt(workshop, service), service);
    const stranger = await new Visitor(service.origin).go('/callback?code=x&state=x');
    assert.match(stranger.body, /^mismatching_state/u);
    await service.stop();
  });

  test('an assertion signed with the default leads to what the page says', async (context) => {
    if (unavailable !== undefined) return context.skip(unavailable);
    const changes = { 'PrivateKeyJWT(alg="RS512")': 'PrivateKeyJWT()' };
    const service = await workshop.build(withMistake(page, 'app.py', changes), environment);
    const { status, body } = await signInAt(workshop, service);
    assert.equal(status, 403);
    assert.match(body, /^invalid_client/u);
    await service.stop();
  });
});
