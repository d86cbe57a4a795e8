import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readPage } from './support/page.ts';
import { assertShowsPerson, signInAt } from './support/sign-in.ts';
import { lacks, openWorkshop, type Workshop } from './support/workshop.ts';

suite('docs/connect/spring-security.md', { skip: lacks('bash', 'openssl', 'curl', 'java', 'mvn') }, () => {
  const page = readPage('spring-security.md');
  let workshop: Workshop;
  before(async () => {
    workshop = await openWorkshop();
  });
  after(() => workshop.close());

  test('followed to the letter, it tells a refusal, and shows who signed in, how, and what they share', async (context) => {
    const environment = { CLIENT_ID: await workshop.register(page) };
    const unavailable = await workshop.install(page);
    if (unavailable !== undefined) return context.skip(unavailable);
    const service = await workshop.build(page, environment);
    const refused = await signInAt(workshop, service, { consent: false });
    assert.deepEqual([refused.status, refused.body], [403, 'Nothing was shared: ConsentNotGiven']);
    assertShowsPerson(await signInAt(workshop, service), service);
  });
});
