import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { rememberDevice } from '#accounts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import { proveAnew, settler, signedInForSettings, type Settler } from '../support/settings-walks.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

const onWindows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const onPhone =
  'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36';

/** Signs somebody in with a device that is remembered from then on. */
async function remembered(name: string, userAgent = onWindows): Promise<Settler> {
  const made = await settler(app, name);
  return rememberedToo({ ...made, browser: new Person(app, { headers: { 'user-agent': userAgent } }) });
}

async function rememberedToo(who: Settler): Promise<Settler> {
  await who.browser.open(`${app.origin}/settings`);
  await proveAnew(who, true);
  return who;
}

async function needsCode({ who, browser }: Settler): Promise<boolean> {
  browser.loseCookies('session');
  await browser.open(`${app.origin}/settings`);
  await browser.submit({ email: who.email });
  await browser.submit({ password: who.password });
  return browser.page.address.pathname.endsWith('/code');
}

/** The values of the page's choices, with what stands beside them. */
function choices({ browser }: Settler): string[] {
  return [...browser.page.html.matchAll(/name="device"[^>]*value="([^"]+)"/gu)].map(
    ([, value = '']) => value,
  );
}

describe('remembered devices', () => {
  test('are listed by what their owner knows them by, with the one in use named', async () => {
    const ada = await remembered('ada');
    const phone = await rememberedToo({
      ...ada,
      browser: new Person(app, { headers: { 'user-agent': onPhone } }),
    });
    assert.match(phone.browser.page.text, /Remembered devices 2 devices/u);
    await phone.browser.open(`${app.origin}/settings/devices`);
    const { text } = phone.browser.page;
    assert.match(text, /Chrome on an Android device \(the one that you are using now\)/u);
    assert.match(
      text,
      /Firefox on a Windows computer *Last used \d+ \w+ \d{4} at (?:\d[\d:]*[ap]m|midday|midnight)/u,
    );
    assert.doesNotMatch(text, /Windows computer \(the one/u);
  });

  test('are forgotten one by one: that one needs a code again, the others don’t', async () => {
    const bea = await remembered('bea');
    const phone = await rememberedToo({
      ...bea,
      browser: new Person(app, { headers: { 'user-agent': onPhone } }),
    });
    await phone.browser.open(`${app.origin}/settings/devices`);
    const [, second = ''] = choices(phone);
    await phone.browser.submit({ device: second });
    assert.match(phone.browser.page.text, /We no longer remember that device/u);
    assert.equal(await needsCode(bea), true);
    assert.equal(await needsCode(phone), false);
  });

  test('are forgotten all at once', async () => {
    const cai = await remembered('cai');
    await rememberedToo({ ...cai, browser: new Person(app, { headers: { 'user-agent': onPhone } }) });
    await cai.browser.open(`${app.origin}/settings/devices`);
    await cai.browser.submit({ device: 'all' });
    assert.match(cai.browser.page.text, /Remembered devices None/u);
    assert.equal(await needsCode(cai), true);
  });

  test('of others are nobody’s to forget, and what was made up is none', async () => {
    const [dot, eve] = [await remembered('dot'), await remembered('eve')];
    await dot.browser.open(`${app.origin}/settings/devices`);
    const [ofDot = ''] = choices(dot);
    for (const device of [ofDot, 'x', '', 'a'.repeat(5000)]) {
      await eve.browser.open(`${app.origin}/settings/devices`);
      await eve.browser.submit({ device });
      assert.ok(eve.browser.page.errors['device'], device.slice(0, 40));
    }
    assert.equal(await needsCode(dot), false);
  });

  test('that were remembered before it was noted are listed all the same; who has none is told so', async () => {
    const fay = await signedInForSettings(app, 'fay');
    await fay.browser.open(`${app.origin}/settings/devices`);
    assert.equal(fay.browser.page.heading, 'We do not remember any device');
    await app.home.house.transact((deps) => rememberDevice(deps, { accountId: fay.accountId }));
    await app.home.house.database.pool.query(
      'UPDATE accounts.remembered_device SET remembered_at = NULL WHERE account_id = $1',
      [fay.accountId],
    );
    await fay.browser.open(`${app.origin}/settings/devices`);
    assert.match(fay.browser.page.text, /A device *Last used/u);
    assert.doesNotMatch(fay.browser.page.text, /All of these/u);
  });
});
