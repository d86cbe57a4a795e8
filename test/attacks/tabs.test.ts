import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readAgreement } from '#consent';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

/** Somebody with a login, in front of a browser. */
async function guest(name: string, browser = new Person(app)): Promise<Traveller & { id: string }> {
  const who = somebody(name);
  const phone = who.phone.replaceAll(' ', '').replace(/^0/u, '+44');
  const { id } = await makeAccount(app.home, { email: who.email, password: who.password, phone });
  return { app, service, browser, who, id };
}

function agreementOf(accountId: string) {
  return readAgreement(app.home.house.deps, { accountId, clientId: service.clientId });
}

describe('two people at one browser', () => {
  test('one agrees to nothing in the name of the other, whose page is still open', async () => {
    const ada = await guest('ada');
    await signInWithPassword(ada);
    expectPage(ada.browser, 'agree');

    const bob = await guest('bob', ada.browser.newTab());
    await signInWithPassword(bob, { prompt: 'login' });
    await agree(bob);

    await ada.browser.press(/^I agree/u);
    assert.equal(await agreementOf(ada.id), undefined);
    const { claims } = await service.finish(ada.browser.page.address);
    assert.equal(claims.sub, bob.id);
  });

  test('whoever ends a sign-in gets it, although another has signed in a moment before', async () => {
    const ada = await guest('ada');
    await ada.browser.open(await service.requestAddress());
    await ada.browser.submit({ choice: 'sign-in' });
    await ada.browser.submit({ email: ada.who.email });
    const { action, fields } = ada.browser.page.forms[0] ?? { action: '', fields: {} };
    const toEngine = await ada.browser.send(
      action,
      ada.browser.formOf({ ...fields, password: ada.who.password }),
    );

    const bob = await guest('bob', ada.browser.newTab());
    await signInWithPassword(bob);
    await agree(bob);

    await ada.browser.open(toEngine.headers.get('location') ?? '');
    expectPage(ada.browser, 'agree');
    const { claims } = await service.finish(await agree(ada));
    assert.equal(claims.sub, ada.id);
  });
});

describe('the way to one’s own account', () => {
  test('begins again, and not with a page that is no use, when another has signed in in the middle', async () => {
    const ada = await guest('ada');
    await signInWithPassword(ada);
    await agree(ada);
    await ada.browser.open(`${app.origin}/settings`);
    expectPage(ada.browser, 'code');

    const bob = await guest('bob', ada.browser.newTab());
    await signInWithPassword(bob, { prompt: 'login' });
    await agree(bob);

    await ada.browser.submit({ code: await app.codeFor(ada.who.phone, 'sms') });
    expectPage(ada.browser, 'code');
    await ada.browser.submit({ code: await app.codeFor(bob.who.phone, 'sms') });
    assert.equal(ada.browser.page.address.pathname, '/settings');
    assert.match(ada.browser.page.text, new RegExp(bob.who.email.replaceAll('.', '\\.'), 'u'));
  });
});

describe('a button that no page has', () => {
  test('does nothing', async () => {
    const ada = await guest('ada');
    await ada.browser.open(await service.requestAddress());
    await ada.browser.submit({ choice: 'sign-in' });
    await ada.browser.submit({ email: ada.who.email });
    const { fields = {} } = ada.browser.page.forms[0] ?? {};
    const { pathname } = ada.browser.page.address;
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'nothing']) {
      const page = await ada.browser.newTab().post(`${pathname}/${name}`, fields);
      assert.equal(page.status, 404, name);
    }
  });
});
