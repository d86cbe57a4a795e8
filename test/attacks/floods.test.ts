import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sweepVisits } from '#foundation/journey';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { expectPage, signUpTo } from '../support/walks.ts';

const most = 6;
let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({
    environment: {
      BEVAN_NEW_PASSWORDS_PER_ADDRESS: String(most),
      BEVAN_TRUSTED_PROXIES: '127.0.0.1',
    },
  });
  service = await app.registerTestService();
});
after(() => app.close());

/** Somebody at the page that asks for a new password, somewhere on the internet. */
async function chooserAt(network: string): Promise<Person> {
  const browser = new Person(app, { headers: { 'x-forwarded-for': network } });
  await signUpTo({ app, service, browser, who: somebody('eve') }, 'create-password');
  return browser;
}

describe('new passwords', () => {
  test('are judged only so often for one network, in however many visits at the same moment', async () => {
    const eves = await Promise.all(Array.from({ length: 4 }, () => chooserAt('198.51.100.7')));
    const posts = Array.from({ length: 3 * most }, async (_, index) => {
      const eve = eves[index % eves.length]?.newTab();
      return (await eve?.submit({ password: 'password1', passwordAgain: 'password1' }))?.status;
    });
    await Promise.all(posts);

    const eve = await chooserAt('198.51.100.7');
    const { password } = somebody('eve');
    const page = await eve.submit({ password, passwordAgain: password });
    assert.equal(page.status, 429);
    assert.match(page.heading, /^Try again in 15 minutes$/u);
    assert.match(page.text, /Too many new passwords/u);

    const ada = await chooserAt('203.0.113.9');
    await ada.submit({ password, passwordAgain: password });
    expectPage(ada, 'email-code');

    app.home.clock.advance(15 * 60 + 1);
    await eve.follow(/Return/u);
    await eve.submit({ password, passwordAgain: password });
    expectPage(eve, 'email-code');
  });
});

describe('visits that nobody goes on with', () => {
  test('are gone after an hour, however many there were; one that was answered stays', async () => {
    const { house, clock } = app.home;
    const count = async () =>
      (await house.database.pool.query('SELECT FROM journey.visit')).rowCount ?? Number.NaN;
    const ada = await chooserAt('203.0.113.9');
    clock.advance(3600 + 1);
    await sweepVisits(house.deps);
    const kept = await count();

    const address = await service.requestAddress();
    await Promise.all(Array.from({ length: 20 }, () => new Person(app).open(address)));
    assert.equal(await count(), kept + 20);
    clock.advance(3600 + 1);
    await sweepVisits(house.deps);
    assert.equal(await count(), kept);
    const { password } = somebody('ada');
    await ada.submit({ password, passwordAgain: password });
    expectPage(ada, 'email-code');
  });
});
