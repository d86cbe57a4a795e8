import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readPage, withMistake } from './support/page.ts';
import { assertShowsPerson, signInAt } from './support/sign-in.ts';
import { lacks, openWorkshop, type Workshop } from './support/workshop.ts';

suite('docs/connect/openid-client.md', { skip: lacks('bash', 'openssl', 'curl') }, () => {
  const page = readPage('openid-client.md');
  let workshop: Workshop;
  let environment: { CLIENT_ID: string };
  before(async () => {
    workshop = await openWorkshop();
    environment = { CLIENT_ID: await workshop.register(page) };
  });
  after(() => workshop.close());

  test('followed to the letter, it tells a refusal, and shows who signed in, how, and what they share', async () => {
    const service = await workshop.build(page, environment);
    const refused = await signInAt(workshop, service, { consent: false });
    assert.deepEqual([refused.status, refused.body], [403, 'Nothing was shared: ConsentNotGiven']);
    assertShowsPerson(await signInAt(workshop, service), service);
    await service.stop();
  });

  const mistakes: [string, RegExp, Record<string, string>][] = [
    ['a key for another algorithm', /invalid_client/u, { 'SHA-512': 'SHA-256' }],
    ['a vtr that is no array', /invalid_request \/ vtr: /u, { 'JSON.stringify([vector])': 'vector' }],
  ];
  for (const [mistake, told, changes] of mistakes) {
    test(`${mistake} leads to what the page says`, async () => {
      const service = await workshop.build(withMistake(page, 'server.mjs', changes), environment);
      const { status, body } = await signInAt(workshop, service);
      assert.equal(status, 403);
      assert.match(body, told);
      await service.stop();
    });
  }

  test('without allowInsecureRequests it does not start, and says what the page says', async () => {
    const changes = { 'execute: [client.allowInsecureRequests]': '' };
    const built = workshop.build(withMistake(page, 'server.mjs', changes), environment);
    await assert.rejects(built, /only requests to HTTPS are allowed/u);
  });
});
