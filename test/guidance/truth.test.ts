import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelsOf } from '#identity';
import { cookies, cookieTable } from '../../src/guidance/cookies/cookies.ts';
import { describeLevels } from '../../src/guidance/levels/levels.ts';
import { pages } from '../../src/guidance/pages.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { testSettings } from '../support/house.ts';
import { makeAccount } from '../support/accounts.ts';
import { openChecker } from '../support/checkers.ts';
import { openTestPractice } from '../support/practice.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { agree, signInWithPassword } from '../support/walks.ts';

const somebody = createPeople();

/** Walks wherever the product sets cookies. @returns every line in which it set one */
async function collectCookies(app: TestApp): Promise<readonly string[]> {
  const atPractice = await openTestPractice(app, ['verifier']);
  const atDesk = await openChecker(app, ['checker']);
  const who = somebody('ada');
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  await makeAccount(app.home, { email: who.email, password: who.password, phone });
  const service = await app.registerTestService({ ssoWith: ['account-settings'] });
  const browser = new Person(app);
  await signInWithPassword({ app, service, who, browser }, { vtr: '["P0.Cp.Cd"]', ui_locales: 'en' });
  await browser.submit({ code: await app.codeFor(who.phone, 'sms'), remember: 'yes' });
  const arrival = await agree({ app, service, who, browser });
  const { claims } = await service.finish(arrival);
  await browser.open(`${app.origin}/help?lang=cy`);
  const other = new Person(app);
  const query = new URLSearchParams({ asserted_login_identity: await service.handOver(claims) });
  await other.open(`/settings?${query.toString()}`);
  await browser.open(`${app.origin}/session/end`);
  await browser.submit();
  const staff = [...atPractice.browser.cookieLines, ...atDesk.browser.cookieLines];
  return [...browser.cookieLines, ...other.cookieLines, ...staff].filter((line) => !isRemoval(line));
}

const nameOf = (line: string) => line.slice(0, line.indexOf('='));
const isRemoval = (line: string) =>
  line.startsWith(`${nameOf(line)}=;`) || /expires=Thu, 01 Jan 1970/iu.test(line);

function secondsOf(line: string, now: Date): number | undefined {
  const age = /; max-age=(\d+)/iu.exec(line)?.[1];
  if (age !== undefined) return Number(age);
  const expires = /; expires=([^;]+)/iu.exec(line)?.[1];
  return expires === undefined ? undefined : Math.round((Date.parse(expires) - now.getTime()) / 1000);
}

const secondsThat: Record<(typeof cookies)[number]['lasts'], number | undefined> = {
  browser: undefined,
  session: 3600,
  quarter: 15 * 60,
  shift: 12 * 3600,
  hour: 3600,
  days: 180 * 24 * 3600,
  year: 365 * 24 * 3600,
};

describe('the page about cookies', () => {
  let app: TestApp;
  let lines: readonly string[];
  before(async () => {
    app = await startTestApp({ gpSystems: true });
    lines = await collectCookies(app);
  });
  after(() => app.close());

  test('lists every cookie that a browser gets, and no other, in both languages', async () => {
    const set = [...new Set(lines.map(nameOf))].toSorted();
    assert.deepEqual(cookies.map(({ name }) => name).toSorted(), set);
    for (const language of ['en', 'cy']) {
      const { html } = await new Person(app, { headers: { 'accept-language': language } }).open('/cookies');
      const shown = [...html.matchAll(/<dt class="nhsuk-summary-list__key[^>]*>(.*?)<\/dt>/gu)];
      assert.deepEqual(shown.map(([, name = '']) => name.replaceAll('<wbr>', '')).toSorted(), set);
    }
  });

  test('says truly how long each stays', () => {
    const now = app.home.clock.now();
    for (const { name, lasts } of cookies) {
      const ages = lines.filter((line) => nameOf(line) === name).map((line) => secondsOf(line, now));
      assert.ok(ages.length > 0, name);
      for (const age of ages) {
        const said = secondsThat[lasts];
        assert.ok(age === said || Math.abs((age ?? 0) - (said ?? 0)) < 120, `${name} stays ${age} seconds`);
      }
    }
  });

  test('says truly that scripts cannot read them, and that no other host gets them', () => {
    for (const line of lines) {
      assert.match(line, /; httponly/iu, line);
      assert.doesNotMatch(line, /; domain/iu, line);
    }
  });

  test('gives the names that a browser shows on https', async () => {
    const secure = await startTestApp({
      environment: { BEVAN_ISSUER: 'https://login.example' },
      resting: true,
    });
    const service = await secure.registerTestService();
    const browser = new Person(secure);
    const names = new Set(cookieTable(secure.origin).map(({ name }) => name));
    const request = new URLSearchParams({
      client_id: service.clientId,
      redirect_uri: `${service.origin}/back`,
      response_type: 'code',
      scope: 'openid',
      state: 'state-of-the-service',
      nonce: 'nonce-of-the-service',
      vtr: '["P0.Cp"]',
      ui_locales: 'cy',
    });
    await browser.open(`/authorize?${request.toString()}`);
    await browser.open('/password-changed?lang=cy');
    assert.ok(browser.cookieLines.length > 4);
    for (const line of browser.cookieLines) assert.ok(names.has(nameOf(line)), line);
    assert.ok(names.has('__Host-session') && names.has('interaction'));
    await secure.close();
  });
});

const productionEnvironment = {
  BEVAN_MODE: 'production',
  BEVAN_ISSUER: 'https://login.example',
  BEVAN_TRUSTED_PROXIES: '10.0.0.1',
  DATABASE_URL: 'postgres://localhost/bevan',
  BEVAN_MASTER_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  BEVAN_SUPPORT_CONTACT: 'help@login.example',
  BEVAN_EMAIL_SENDER: 'smtp',
  BEVAN_SMS_SENDER: 'notify',
};

describe('the page about levels', () => {
  test('says of a level that it is available exactly if somebody can have it here', () => {
    const production = testSettings(productionEnvironment);
    const withRegister = { ...production, pdsUrl: 'https://register.example' };
    for (const settings of [testSettings(), production, withRegister]) {
      const held = levelsOf(settings);
      for (const { id, status } of describeLevels(settings))
        assert.equal(status !== 'closed', held.includes(id), `${settings.mode} ${id}`);
    }
  });

  test('promises nothing in production that nobody can reach', () => {
    const closed = describeLevels(testSettings(productionEnvironment)).filter(
      ({ status }) => status === 'closed',
    );
    assert.ok(closed.some(({ id }) => id === 'P9'));
    const opened = { ...testSettings(productionEnvironment), pdsUrl: 'https://register.example' };
    const withWays = describeLevels({ ...opened, proofingMethods: ['gp-online-details'] });
    assert.deepEqual(new Set(withWays.map(({ status }) => status)), new Set(['open']));
  });

  test('asks nobody to have an NHS number ready where it can’t be looked up', () => {
    const production = testSettings(productionEnvironment);
    const { data } = pages.find(({ address }) => address === '/before-you-start') ?? {};
    assert.deepEqual(data?.(production), { canBeMatched: false });
    assert.deepEqual(data?.({ ...production, pdsUrl: 'https://register.example' }), { canBeMatched: true });
  });

  test('tells in a sandbox that every level can be reached', async () => {
    const app = await startTestApp({ resting: true });
    for (const [language, said] of [
      ['en', /High level Available What it needs/u],
      ['cy', /Lefel uchel Ar gael /u],
    ] as const) {
      const { text } = await new Person(app, { headers: { 'accept-language': language } }).open('/levels');
      assert.match(text, said);
    }
    await app.close();
  });
});
