import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { rawRequest } from '../support/raw-request.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

const startAgain = 'Go back to the website or app and start again';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

async function known(name: string, browser = new Person(app)): Promise<Traveller> {
  const who = somebody(name);
  await makeAccount(app.home, { ...who, phone: `+44${who.phone.slice(1).replaceAll(' ', '')}` });
  return { app, service, who, browser };
}

/** A request of a service's, in a browser of its own. @returns where it waits, and what shows the browser that made it */
async function waiting() {
  const browser = new Person(app);
  await browser.open(await service.requestAddress());
  const { interaction = '', 'interaction.sig': signature = '' } = browser.cookies;
  assert.match(interaction, /^[\w-]{16,}$/u);
  return { browser, uid: interaction, signature, address: `/interaction/${interaction}` };
}

const countVisits = async () =>
  (await app.home.house.database.pool.query('SELECT FROM journey.visit')).rowCount;

describe('the page to which the answer to a request leads', () => {
  /** Asks without following. @returns where the answer leads, and the name of the request */
  async function ask(browser: Person, headers: Readonly<Record<string, string>> = {}) {
    const answer = await browser.send(await service.requestAddress(), { headers });
    const lines = answer.headers.getSetCookie();
    const uid = lines
      .map((line) => /^interaction=([\w-]+)/u.exec(line)?.[1])
      .find((one) => one !== undefined);
    return { location: `${app.origin}${answer.headers.get('location')}`, uid };
  }

  test('opens in the browser that made the request, and in no other', async () => {
    const victim = new Person(app);
    const { location, uid } = await ask(victim);
    const visitor = new Person(app);
    await visitor.open(await service.requestAddress());
    for (const thief of [new Person(app), visitor])
      for (const address of [location, `${app.origin}/interaction/${uid}`]) {
        await thief.open(address);
        assert.deepEqual([thief.page.status, thief.page.heading], [400, startAgain]);
      }
    await victim.open(location);
    expectPage(victim, 'start');
  });

  test('belongs to a request of its own, whatever cookies were given to the browser before', async () => {
    const mallory = await waiting();
    const planted = `interaction=${mallory.uid}; interaction.sig=${mallory.signature}; resume=${mallory.uid}`;
    const victim = await known('fay');
    const { location, uid } = await ask(victim.browser, { cookie: planted });
    assert.ok(uid !== undefined && uid !== mallory.uid);
    await victim.browser.open(location);
    await victim.browser.submit({ choice: 'sign-in' });
    await victim.browser.submit({ email: victim.who.email });
    await victim.browser.submit({ password: victim.who.password });
    const { userinfo } = await service.finish(await agree(victim));
    assert.equal(userinfo['email'], victim.who.email);
    await mallory.browser.open(mallory.address);
    expectPage(mallory.browser, 'start');
  });

  test('is one more of a browser that is known, whose other pages go on', async () => {
    const gus = await known('gus');
    await gus.browser.open(await service.requestAddress());
    await gus.browser.submit({ choice: 'sign-in' });
    const tab = gus.browser.newTab();
    await tab.open(await service.requestAddress());
    expectPage(tab, 'start');
    await gus.browser.submit({ email: gus.who.email });
    await gus.browser.submit({ password: gus.who.password });
    assert.equal((await service.finish(await agree(gus))).userinfo['email'], gus.who.email);
  });
});

describe('the address at which a request waits', () => {
  test('begins nothing in another browser, and gives it nothing to keep', async () => {
    const { address } = await waiting();
    const before = await countVisits();
    const thief = new Person(app);
    await thief.open(address);
    assert.deepEqual([thief.page.status, thief.page.heading], [400, startAgain]);
    assert.match(thief.page.text, /CID1004/u);
    assert.deepEqual(thief.cookieLines, []);
    assert.equal(await countVisits(), before);
  });

  test('takes no cookie that was made up, altered, or is another request’s', async () => {
    const [ada, bob] = [await waiting(), await waiting()];
    const before = await countVisits();
    const forged = [
      `interaction=${ada.uid}`,
      `interaction=${ada.uid}; interaction.sig=`,
      `interaction=${ada.uid}; interaction.sig=${'a'.repeat(27)}`,
      `interaction=${ada.uid}; interaction.sig=${bob.signature}`,
      `interaction=${bob.uid}; interaction.sig=${bob.signature}`,
      `resume=${ada.uid}; resume.sig=${ada.signature}`,
    ];
    for (const cookie of forged) {
      const { status } = await rawRequest(app.listensAt, { path: ada.address, headers: { cookie } });
      assert.equal(status, 400, cookie);
    }
    assert.equal(await countVisits(), before);
    const cookie = `interaction=${ada.uid}; interaction.sig=${ada.signature}`;
    const own = await rawRequest(app.listensAt, { path: ada.address, headers: { cookie } });
    assert.deepEqual([own.status, await countVisits()], [303, (before ?? 0) + 1]);
  });

  test('begins nothing for whoever only looks what it is about', async () => {
    const { address, uid, signature } = await waiting();
    const before = await countVisits();
    const cookie = `interaction=${uid}; interaction.sig=${signature}`;
    const looked = await rawRequest(app.listensAt, { method: 'HEAD', path: address, headers: { cookie } });
    assert.ok(looked.status >= 400);
    assert.equal(await countVisits(), before);
  });

  test('leads back to the beginning of the same request, as often as it is opened', async () => {
    const { who, browser } = await known('cai');
    await browser.open(await service.requestAddress());
    const address = `${app.origin}/interaction/${browser.cookies['interaction']}`;
    await browser.submit({ choice: 'sign-in' });
    await browser.submit({ email: who.email });
    const stale = browser.page;
    await browser.open(address);
    expectPage(browser, 'start');
    assert.notEqual(browser.page.address.pathname, stale.address.pathname);
    await browser.submit({ choice: 'sign-in' });
    await browser.submit({ email: who.email });
    await browser.submit({ password: who.password });
    const arrived = await agree({ app, service, who, browser });
    assert.equal((await service.finish(arrived)).userinfo['email'], who.email);
    await browser.open(address);
    assert.deepEqual([browser.page.status, browser.page.heading], [400, startAgain]);
  });

  test('of two tabs, each goes on with the request that it began', async () => {
    const one = await known('dot');
    const other = { ...one, browser: one.browser.newTab() };
    await one.browser.open(await service.requestAddress({ ui_locales: 'cy' }));
    const first = `/interaction/${one.browser.cookies['interaction']}`;
    await signInWithPassword(other);
    const second = other.browser.page.address.pathname;
    await one.browser.open(first);
    assert.equal(one.browser.page.language, 'cy');
    await one.browser.submit({ choice: 'sign-in' });
    await one.browser.submit({ email: one.who.email });
    await one.browser.submit({ password: one.who.password });
    assert.notEqual(one.browser.page.address.pathname, second);
    for (const tab of [other, one]) {
      const { userinfo } = await service.finish(await agree(tab));
      assert.equal(userinfo['email'], one.who.email);
    }
  });
});

test('the way back from a page, taken once more, gives no second code', async () => {
  const { browser, who } = await known('eve');
  await signInWithPassword({ app, service, browser, who });
  const [form] = browser.page.forms;
  const left = await browser.send(form?.action ?? '', browser.formOf(form?.fields ?? {}));
  const back = `${app.origin}${left.headers.get('location')}`;
  const { pathname, search } = new URL(back);
  const { resume, 'resume.sig': signature } = browser.cookies;
  const cookie = `resume=${resume}; resume.sig=${signature}`;
  const answers = await Promise.all([browser.send(back), browser.newTab().send(back)]);
  const [won, ...others] = answers.filter(({ status }) => status === 303);
  assert.ok(won !== undefined && others.length === 0);
  const lost = answers.find((answer) => answer !== won);
  assert.deepEqual(
    [lost?.status, lost?.headers.get('location'), lost?.headers.getSetCookie()],
    [400, null, []],
  );
  await service.finish(new URL(won.headers.get('location') ?? ''));
  for (const path of [pathname, `${pathname}${search}`]) {
    const again = await rawRequest(app.listensAt, { path, headers: { cookie } });
    assert.deepEqual([again.status, again.headers.get('location')], [400, null]);
  }
  const replayed = await browser.newTab().open(back);
  assert.equal(replayed.heading, startAgain);
});
