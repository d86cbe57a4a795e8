import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { CodeChecked, PasswordStrength, ReadEmail, ReadPhone } from '#accounts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person, type Typed } from '../support/person.ts';
import { words, expectPage, signUp, signUpTo, type SignUpPage, type Traveller } from '../support/walks.ts';

/** Something typed that can't be right, and the fields that must say so. */
interface Slip {
  readonly typed: Typed;
  readonly at: readonly string[];
}

const long = 'x'.repeat(10_000);
const emailSlips: Slip[] = [
  '',
  '   ',
  'ada',
  'a@b.co',
  `${'a'.repeat(250)}@example.org`,
  `${long}@example.org`,
].map((email) => ({ typed: { email }, at: ['email'] }));
/** What would add a recipient or a header to a mail, if it went through. */
const injections: Slip[] = [
  'a@example.org\r\nBcc: b@example.org',
  'a@example.org,b@example.org',
  'a@example.org b@example.org',
  '"a"@example.org',
  'a@exa\u0007mple.org',
  'a@[127.0.0.1]',
  '<a@example.org>',
  'a%0a@example.org;b@example.org',
].map((email) => ({ typed: { email }, at: ['email'] }));
const codeSlips: Slip[] = ['', '12345', 'abcdef', '1234567', long].map((code) => ({
  typed: { code },
  at: ['code'],
}));
const newPasswordSlips = (email: string): Slip[] => [
  { typed: { password: '', passwordAgain: '' }, at: ['password', 'passwordAgain'] },
  { typed: { password: '', passwordAgain: 'tidal quince 7' }, at: ['password'] },
  { typed: { password: 'tidal quince 7', passwordAgain: '' }, at: ['passwordAgain'] },
  { typed: { password: 'tidal quince 7', passwordAgain: 'tidal quince 8' }, at: ['passwordAgain'] },
  ...['xyz 123', 'y'.repeat(129), long, 'password123', `${email}1`].map((password) => ({
    typed: { password, passwordAgain: password },
    at: ['password', 'passwordAgain'],
  })),
];
const phoneSlips: Slip[] = [
  ...['', 'abc', '020 7946 0018', '+1 212 555 0123', '07700 900 982\r\nx', long].map((phone) => ({
    typed: { phone },
    at: ['phone'],
  })),
  ...['', 'abc', '06 12 34 56 78', '+33 1 70 18 99 00', '+1 212 456 7890', long].map(
    (internationalPhone) => ({
      typed: { international: 'yes', internationalPhone },
      at: ['internationalPhone'],
    }),
  ),
];

/** Every page of a sign-up with what can be wrong on it, and a right answer that leads on. */
const slipsOf: Record<Exclude<SignUpPage, 'agree'>, (email: string) => Slip[]> = {
  'where-you-live': () => [{}, { nation: 'atlantis' }].map((typed) => ({ typed, at: ['nation'] })),
  email: () => [...emailSlips, ...injections],
  'create-password': newPasswordSlips,
  'email-code': () => codeSlips,
  phone: () => phoneSlips,
  'phone-code': () => codeSlips,
};

const secrets = new Set(['password', 'passwordAgain', 'code']);

let app: TestApp;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

/** Makes one slip, checks how the page takes it, and returns its words. */
async function slip(browser: Person, { typed, at }: Slip): Promise<string[]> {
  const { heading } = browser.page;
  const page = await browser.submit(typed);
  const said = at.map((field) => page.errors[field] ?? '');
  const seen = JSON.stringify(typed).slice(0, 60);
  assert.equal(page.status, 400, seen);
  assert.equal(page.heading, heading);
  assert.deepEqual(Object.keys(page.errors).toSorted(), [...at].toSorted(), seen);
  assert.deepEqual(page.errorSummary.toSorted(), said.toSorted());
  assert.match(page.title, /^(Error|Gwall): /u);
  for (const [name, value] of Object.entries(typed)) {
    const kept = page.forms[0]?.fields[name];
    if (secrets.has(name)) {
      assert.equal(kept, '');
      assert.ok(!value || !page.html.includes(value), `${name} was shown again`);
    } else if (name !== 'nation') {
      // Nobody types more than the page keeps.
      assert.equal(kept?.trim(), value?.slice(0, 1000).trim());
    }
  }
  return said;
}

async function slipThroughSignUp(language: 'en' | 'cy'): Promise<Record<string, string[][]>> {
  const service = await app.registerTestService();
  const traveller = {
    app,
    service,
    who: somebody('slip'),
    browser: new Person(app, { headers: { 'accept-language': language } }),
  };
  const said: Record<string, string[][]> = {};
  await signUpTo(traveller, 'where-you-live');
  for (const [page, slips] of Object.entries(slipsOf)) {
    expectPage(traveller.browser, page);
    said[page] = [];
    for (const one of slips(traveller.who.email)) said[page].push(await slip(traveller.browser, one));
    await answer(traveller, page);
  }
  return said;
}

async function answer({ browser, who }: Traveller, page: string): Promise<void> {
  const right: Record<string, () => Typed | Promise<Typed>> = {
    'where-you-live': () => ({ nation: 'scotland' }),
    email: () => ({ email: who.email }),
    'create-password': () => ({ password: who.password, passwordAgain: who.password }),
    'email-code': async () => ({ code: await app.codeFor(who.email, 'email') }),
    phone: () => ({ phone: who.phone, international: undefined }),
    'phone-code': async () => ({ code: await app.codeFor(who.phone, 'sms') }),
  };
  await browser.submit((await right[page]?.()) ?? {});
}

test('every slip in a sign-up is told at its field, in both languages, and nothing typed is lost but secrets', async () => {
  const english = await slipThroughSignUp('en');
  const welsh = await slipThroughSignUp('cy');
  for (const [page, said] of Object.entries(english)) {
    for (const [index, sentences] of said.entries()) {
      for (const [place, sentence] of sentences.entries()) {
        const other = welsh[page]?.[index]?.[place] ?? '';
        assert.match(sentence, /^[A-Z].{8,}/u);
        assert.match(other, /^[A-Z].{8,}/u);
        assert.notEqual(sentence, other);
      }
    }
  }
});

test('every slip on the way in, and in a forgotten password, is told at its field in both languages', async () => {
  const service = await app.registerTestService();
  const who = somebody('olwen');
  await signUp({ app, service, who, browser: new Person(app) });
  for (const language of ['en', 'cy'] as const) {
    const browser = new Person(app, { headers: { 'accept-language': language } });
    await browser.open(await service.requestAddress({ vtr: '["P0.Cp.Cd"]', login_hint: who.email }));
    for (const one of emailSlips) await slip(browser, one);
    await browser.submit({ email: who.email });
    for (const password of ['', 'not the right one', long])
      await slip(browser, { typed: { password }, at: ['password'] });
    await browser.press(words[language].forgotten);
    for (const one of emailSlips) await slip(browser, one);
    await browser.submit({ email: who.email });
    await browser.open(await app.linkFor(who.email));
    for (const one of newPasswordSlips(who.email)) await slip(browser, one);
    await browser.submit({
      password: `${who.password} ${language}`,
      passwordAgain: `${who.password} ${language}`,
    });
    assert.equal(browser.page.status, 200);
    await browser.follow(/^(Continue to sign in|Parhau i fewngofnodi)$/u);
    await browser.submit({ password: `${who.password} ${language}` });
    expectPage(browser, 'code');
    for (const one of codeSlips) await slip(browser, one);
  }
});

test('choosing nothing is told too: how to go on, and whether to share after all', async () => {
  const service = await app.registerTestService();
  for (const language of ['en', 'cy'] as const) {
    const browser = new Person(app, { headers: { 'accept-language': language } });
    await browser.open(await service.requestAddress());
    await slip(browser, { typed: {}, at: ['choice'] });
    await signUpTo({ app, service, who: somebody('gwen'), browser }, 'agree');
    await browser.press(words[language].decline);
    await slip(browser, { typed: {}, at: ['choice'] });
  }
});

describe('whatever can be wrong with', () => {
  /** Complete by type: an outcome that a reader learns to return must be added here, and have words. */
  const emails: Record<Exclude<ReadEmail['outcome'], 'valid'>, true> = {
    missing: true,
    malformed: true,
    too_short: true,
    too_long: true,
  };
  const phones: Record<Exclude<ReadPhone['outcome'], 'valid'>, true> = {
    missing: true,
    malformed: true,
    not_mobile: true,
    refused_country: true,
    no_country_code: true,
  };
  const passwords: Record<Exclude<PasswordStrength['outcome'], 'acceptable'>, true> = {
    too_short: true,
    too_long: true,
    too_common: true,
    personal: true,
  };
  const codes: Record<Exclude<CodeChecked['outcome'], 'match' | 'locked'>, true> = {
    no_match: true,
    expired: true,
  };
  const typedCode = ['missing', 'malformed', ...Object.keys(codes)];
  const newPassword = {
    password: ['missing', ...Object.keys(passwords)],
    passwordAgain: ['missing', 'different', 'reenter'],
  };
  const pages: Record<string, Record<string, readonly string[]>> = {
    'sign-up/enter-email': { email: Object.keys(emails) },
    'sign-in/enter-email': { email: Object.keys(emails) },
    'recover-account/enter-email': { email: Object.keys(emails) },
    'sign-up/create-password': newPassword,
    'recover-account/new-password': newPassword,
    'sign-in/enter-password': { password: ['missing', 'wrong'] },
    'sign-up/confirm-email': { code: typedCode },
    'phone/confirm-phone': { code: typedCode },
    'sign-in/enter-code': { code: typedCode },
    'phone/enter-phone': { phone: Object.keys(phones), internationalPhone: Object.keys(phones) },
  };
  for (const [page, fields] of Object.entries(pages)) {
    test(`the answer to ${page}, there are words for it in both languages`, () => {
      for (const language of ['en', 'cy']) {
        const file = new URL(`../../src/journeys/${page}/content.${language}.json`, import.meta.url);
        const content: { errors: Record<string, Record<string, string>> } = JSON.parse(
          readFileSync(file, 'utf8'),
        );
        for (const [field, keys] of Object.entries(fields)) {
          assert.deepEqual(
            Object.keys(content.errors[field] ?? {}).toSorted(),
            [...keys].toSorted(),
            `${language} ${field}`,
          );
        }
      }
    });
  }
});
