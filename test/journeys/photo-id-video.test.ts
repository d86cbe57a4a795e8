import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf, readDecisions } from '#identity';
import { decideInSandbox, readCaseOf, triesLeft } from '#review';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import {
  bringTogether,
  comeToPhotoId,
  film,
  photograph,
  photoId,
  sendEverything,
  uploadPhoto,
} from '../support/photo-walks.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import { method } from '../support/review.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage } from '../support/walks.ts';
import { matchedPerson, type Matched, type MatchedAs } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  service = await registerAskingService(app);
});
after(() => app.close());

const matched = (name: string, as?: MatchedAs) => matchedPerson({ app, service }, somebody(name), as);
const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);
const caseOf = ({ accountId }: Matched) => readCaseOf(app.home.house.deps, { accountId, method });

async function decide(person: Matched, decision: 'approved' | 'declined', reason?: string): Promise<void> {
  const { caseId = '' } = (await caseOf(person)) ?? {};
  const decided = await app.home.house.transact((deps) =>
    decideInSandbox(deps, { caseId, decision, reason }),
  );
  assert.equal(decided.outcome, 'decided');
}

/** Comes from the service again, where they are signed in. */
async function comeAgain({ browser }: Matched, vtr = '["P9.Cp"]'): Promise<void> {
  await browser.open(await service.requestAddress({ scope: 'openid profile profile_extended', vtr }));
}

describe('somebody with photo ID, who uploads without scripts', () => {
  test('sends photos and a video, waits at P5, is approved, told by e-mail, and the service gets P9', async () => {
    const ada = await matched('ada');
    await sendEverything(ada);
    assert.match(ada.browser.page.text, /We have your photos and your video.*aim to tell you by/u);
    await ada.browser.press(/Go back to/u);
    assert.equal(ada.browser.page.address.searchParams.get('error_description'), 'IdentityLevelNotReached');
    assert.equal(await level(ada), 'P5');
    await decide(ada, 'approved');
    const { subject, text } = await app.messageFor(ada.who.email, 'email');
    assert.match(`${subject} ${text}`, /finished checking.*we now know who you are/su);
    await comeAgain(ada, '["P9.Cp.Cd"]');
    await ada.browser.submit({ code: await app.codeFor(ada.who.phone, 'sms') });
    const { claims, userinfo } = await service.finish(await agree(ada));
    assert.equal(claims['vot'], 'P9.Cp.Cd');
    assert.equal(claims['identity_proofing_level'], 'P9');
    assert.equal(userinfo['nhs_number'], ada.nhsNumber);
    const [decision] = await readDecisions(app.home.house.deps, ada.accountId);
    assert.deepEqual([decision?.method, decision?.outcome], [method, 'raised']);
  });

  test('shows both sides of a card, and signs the numbers in BSL', async () => {
    const ben = await matched('ben');
    await comeToPhotoId(ben);
    await ben.browser.submit();
    await photograph(ben, 'uk-driving-licence');
    await film(ben, 'sign');
    expectPage(ben.browser, `${photoId}check`);
    const { text, html } = ben.browser.page;
    assert.match(text, /UK driving licence.*Photo of the back.*Sign them in BSL/u);
    for (const name of ['front', 'back', 'video']) {
      const [, address = ''] = new RegExp(`src="([^"]*/${name}\\?file=[\\w-]{36})"`, 'u').exec(html) ?? [];
      const fetched = await ben.browser.send(address);
      assert.equal(fetched.status, 200, name);
      assert.match(
        fetched.headers.get('content-type') ?? '',
        name === 'video' ? /^video\//u : /^image\/jpeg/u,
      );
      assert.ok((await fetched.arrayBuffer()).byteLength > 1000);
    }
  });

  test('reads before anything is asked what is needed, who looks at it, how long that takes and how long it is kept', async () => {
    const cai = await matched('cai');
    await comeToPhotoId(cai);
    assert.match(
      cai.browser.page.text,
      /20 minutes.*passport.*You do not have to speak.*within 24 hours.*It decides nothing.*ID checker.*183 days after the decision/u,
    );
    await cai.browser.follow('Cymraeg');
    assert.match(cai.browser.page.text, /20 munud.*pasbort.*BSL.*gwiriwr ID.*183 diwrnod/u);
  });

  test('has to say that it is them, and can change everything before it is sent', async () => {
    const dot = await matched('dot');
    await comeToPhotoId(dot);
    await bringTogether(dot);
    assert.doesNotMatch(dot.browser.page.text, /Photo of the back/u);
    await dot.browser.submit();
    assert.deepEqual(Object.keys(dot.browser.page.errors), ['isMe']);
    assert.equal(await caseOf(dot), undefined);
    await dot.browser.follow(/^Change the photo of your ID/u);
    expectPage(dot.browser, `${photoId}front-check`);
    await dot.browser.press(/another photo|again/iu);
    await uploadPhoto(dot);
    await dot.browser.press('Use this photo');
    expectPage(dot.browser, `${photoId}check`);
    await dot.browser.submit({ isMe: 'yes' });
    expectPage(dot.browser, `${photoId}sent`);
    assert.equal((await caseOf(dot))?.state, 'queued');
  });

  test('sends one case, however often and from wherever they press the button', async () => {
    const eve = await matched('eve');
    await comeToPhotoId(eve);
    await bringTogether(eve);
    const tabs = [eve.browser.newTab(), eve.browser.newTab(), eve.browser.newTab()];
    await Promise.all(tabs.map((tab) => tab.submit({ isMe: 'yes' })));
    for (const tab of tabs) expectPage(tab, `${photoId}sent`);
    assert.equal((await triesLeft(app.home.house.deps, { accountId: eve.accountId })).left, 2);
    await eve.browser.reload();
    expectPage(eve.browser, `${photoId}sent`);
  });

  test('with two visits at once sends one case, and both tell so', async () => {
    const fay = await matched('fay');
    await comeToPhotoId(fay);
    await bringTogether(fay);
    const other = { ...fay, browser: fay.browser.newTab() };
    await comeAgain(other);
    await other.browser.submit({ way: method });
    await other.browser.submit();
    expectPage(other.browser, `${photoId}check`);
    await fay.browser.submit({ isMe: 'yes' });
    await other.browser.submit({ isMe: 'yes' });
    expectPage(fay.browser, `${photoId}sent`);
    expectPage(other.browser, `${photoId}sent`);
    assert.equal((await caseOf(fay))?.state, 'queued');
  });

  test('is asked to look again when something else took its place from another tab', async () => {
    const gus = await matched('gus');
    await comeToPhotoId(gus);
    await bringTogether(gus);
    const other = { ...gus, browser: gus.browser.newTab() };
    await comeAgain(other);
    await other.browser.submit({ way: method });
    await other.browser.submit();
    await other.browser.follow(/^Change the photo of your ID/u);
    await other.browser.press(/another photo|again/iu);
    await other.browser.submit();
    await uploadPhoto(other);
    await other.browser.press('Use this photo');
    expectPage(other.browser, `${photoId}check`);
    await gus.browser.submit({ isMe: 'yes' });
    assert.match(gus.browser.page.text, /changed from another device or another tab/u);
    assert.equal(await caseOf(gus), undefined);
    await gus.browser.submit({ isMe: 'yes' });
    expectPage(gus.browser, `${photoId}sent`);
  });

  test('who leaves goes on where they were, for 24 hours; then they begin again, and are told so', async () => {
    const hal = await matched('hal');
    await comeToPhotoId(hal);
    await hal.browser.submit();
    await photograph(hal);
    await comeAgain(hal);
    await hal.browser.submit({ way: method });
    assert.match(hal.browser.page.text, /Continue where you left off/u);
    await hal.browser.submit();
    await film(hal);
    expectPage(hal.browser, `${photoId}check`);
    await app.home.house.database.db
      .withTables<{ 'proofing.attempt': { account_id: string; expires_at: Date } }>()
      .updateTable('proofing.attempt')
      .set({ expires_at: new Date(0) })
      .where('account_id', '=', hal.accountId)
      .execute();
    await hal.browser.submit({ isMe: 'yes' });
    expectPage(hal.browser, `${photoId}not-sent`);
    assert.match(hal.browser.page.text, /take your photos and your video again.*24 hours/u);
    await hal.browser.submit();
    expectPage(hal.browser, `${photoId}document`);
    assert.equal(await caseOf(hal), undefined);
  });
});
