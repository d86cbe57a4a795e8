import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLog } from '#foundation/log';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { standsIn } from '../support/stands-in.ts';
import type { TestService } from '../support/service.ts';
import { addToRegister, fillIn } from '../support/proof-walks.ts';
import { agree, signInWithPassword, signUpTo, type Traveller } from '../support/walks.ts';

/** A whole life of a login, with everything written down that anybody might be tempted to log. */
const lines: string[] = [];
const secrets = new Map<string, string>();
const who = createPeople()('ada.lovelace');
let app: TestApp;
let service: TestService;
let metrics = '';

function keep(name: string, value: string | undefined): string {
  assert.ok(value, `nothing to look for: ${name}`);
  secrets.set(`${name} ${secrets.size}`, value);
  return value;
}

/** Notes all that the browser holds and where it is. */
function keepTraces(browser: Person): void {
  for (const [name, value] of Object.entries(browser.cookies))
    if (value.length > 4) keep(`cookie ${name}`, value);
  const { address, forms } = browser.page;
  const [, , ref] = address.pathname.split('/');
  if (ref !== undefined && ref.length >= 20) keep('ref', ref);
  for (const [name, value] of address.searchParams)
    if (value.length > 8 && name !== 'iss') keep(`parameter ${name}`, value);
  for (const form of forms) if (form.fields['_csrf'] !== undefined) keep('form token', form.fields['_csrf']);
}

/** Is found by name in the register after a try that fails, and by number when the register is busy. */
async function matchDetails(traveller: Traveller): Promise<void> {
  const { browser } = traveller;
  const person = {
    familyName: keep('family name', 'Featherstonehaugh'),
    givenNames: [keep('given name', 'Bartholomea')],
    birthdate: keep('birthdate', '1931-12-29'),
    postcode: keep('postcode', 'SA1 3SN'),
  };
  const { nhsNumber, ...rest } = await addToRegister(app, person);
  const details = { firstName: 'Bartholomea', lastName: person.familyName, ...rest };
  await browser.open(await service.requestAddress({ scope: 'openid profile', vtr: '["P5.Cp"]' }));
  await fillIn(browser, { ...details, postcode: keep('wrong postcode', 'SA1 3SX') });
  await browser.submit();
  await browser.submit({ choice: 'switch' });
  await browser.submit({ knows: 'yes', nhsNumber: keep('NHS number', nhsNumber) });
  await app.register?.setFault('malformed', 20);
  await browser.submit();
  await app.register?.clearFaults();
  await browser.follow('Try again');
  app.home.clock.advance(120);
  await browser.follow(/^Change postcode/u);
  await browser.submit({ postcode: rest.postcode });
  await browser.submit();
  await browser.submit({ choice: 'yes' });
  keepTraces(browser);
  const back = await service.finish(await agree(traveller));
  assert.equal(back.claims['vot'], 'P5.Cp');
  app.home.clock.reset();
}

before(async () => {
  const log = createLog({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
  app = await startTestApp({ log, register: true, environment: { BEVAN_LOG_LEVEL: 'debug' } });
  service = await app.registerTestService({
    scopes: ['openid', 'email', 'phone', 'profile'],
    vectors: ['P0.Cp', 'P0.Cp.Cd', 'P5.Cp'],
  });
  const browser = new Person(app);
  const traveller = { app, service, browser, who };
  keep('e-mail', who.email);
  keep('part of the e-mail', 'ada.lovelace');
  keep('phone', who.phone);
  keep('phone in E.164', '7700900001');
  keep('password', who.password);

  await signUpTo(traveller, 'email-code', {
    vtr: '["P0.Cp.Cd"]',
  });
  keepTraces(browser);
  await browser.submit({ code: '000000' });
  await browser.submit({ code: keep('e-mail code', await app.codeFor(who.email, 'email')) });
  await browser.submit({ phone: 'not a phone of ada.lovelace' });
  await browser.submit({ phone: who.phone });
  await browser.submit({ code: keep('phone code', await app.codeFor(who.phone, 'sms')), remember: 'yes' });
  keepTraces(browser);
  const arrival = await agree(traveller);
  keep('authorization code', arrival.searchParams.get('code') ?? undefined);
  keep('access token', (await service.finish(arrival)).accessToken);
  keepTraces(browser);

  const stranger = { ...traveller, browser: new Person(app) };
  await signInWithPassword({
    ...stranger,
    who: { ...who, password: keep('wrong password', 'wrong.guess.9 otters') },
  });
  await stranger.browser.press('I have forgotten my password');
  await stranger.browser.submit();
  const link = await app.linkFor(who.email);
  keep('link', link.split('/').at(-1));
  await stranger.browser.open(link);
  const password = keep('new password', 'seventeen brass otters');
  await stranger.browser.submit({ password, passwordAgain: password });
  await stranger.browser.follow('Continue to sign in');
  await stranger.browser.submit({ password });
  keepTraces(stranger.browser);
  await matchDetails({ ...stranger, who: { ...who, password } });

  const odd = new Person(app);
  await odd.open(
    await service.requestAddress({ login_hint: who.email, state: keep('state', 'ada.lovelace-state') }),
  );
  await odd.open('/authorize?client_id=nobody&login_hint=ada.lovelace%40example.org');
  await odd.open('/reset-password/ada.lovelace-token');
  await odd.post('/sign-up/AAAAAAAAAAAAAAAAAAAAAA/email', `email=${encodeURIComponent(who.email)}`);
  await odd.open(`/ada.lovelace/%E0%A4%A`);
  metrics = await app.home.house.metrics.registry.metrics();
});
after(() => app.close());

function assertNothingTold(text: string, where: string): void {
  assert.ok(text.length > 0, where);
  const folded = text.toLowerCase();
  for (const [name, value] of secrets) {
    assert.ok(!standsIn(folded, value.toLowerCase()), `${name} stands in ${where}`);
    assert.ok(
      !standsIn(folded, encodeURIComponent(value).toLowerCase()),
      `${name} stands, encoded, in ${where}`,
    );
  }
}

describe('after a sign-up, a sign-in, a new password and a few odd requests', () => {
  test('the log, at its most talkative, names no person, number, password, code, token, ticket or visit', () => {
    assert.ok(lines.length > 50);
    assert.ok(secrets.size > 25);
    assert.ok(lines.some((line) => line.includes('"route":"/sign-up/:ref/:step"')));
    assertNothingTold(lines.join(''), 'the log');
  });

  test('the audit trail tells what happened, to which account and service, and nothing else', async () => {
    const { rows } = await app.home.house.database.pool.query<{ type: string; row: string }>(
      'SELECT type, row_to_json(e)::text AS row FROM audit.event e ORDER BY id',
    );
    assertNothingTold(rows.map(({ row }) => row).join('\n'), 'the audit trail');
    const types = new Set(rows.map(({ type }) => type));
    for (const type of [
      'code.sent',
      'code.wrong',
      'account.created',
      'phone.changed',
      'sign-in.succeeded',
      'consent.agreed',
      'authorization.granted',
      'message.sent',
      'password.wrong',
      'password.reset-requested',
      'password.changed',
      'identity.decided',
      'identity.established',
    ]) {
      assert.ok(types.has(type), `${type} is not in the audit trail`);
    }
  });

  test('the counts for operators have no label that is about a person', () => {
    assert.match(metrics, /bevan_events_total\{type="account.created"\} 1/u);
    assertNothingTold(metrics, 'the metrics');
  });

  test('the tables hold no code, password, token or visit that works, and addresses only where a login or inbox needs them', async () => {
    const { pool } = app.home.house.database;
    const { rows: tables } = await pool.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    );
    assert.ok(tables.length > 12);
    const mayHold: Record<string, RegExp> = {
      'accounts.account': /^(e-mail|part of the e-mail|phone in E.164) /u,
      // The sandbox's own: what would have been sent.
      'messaging.inbox_message': /^(e-mail|part of the e-mail|phone in E.164|e-mail code|phone code|link) /u,
      // The sandbox's own register.
      'pds.simulated_patient': /^(family name|given name|birthdate|postcode|NHS number) /u,
      // What names a visit in its address is useless without its browser's cookie, of which only a keyed hash is kept.
      'journey.visit': /^ref /u,
    };
    for (const { name } of tables) {
      const { rows } = await pool.query<{ text: string }>(
        `SELECT row_to_json(t)::text AS text FROM ${name} t`,
      );
      const folded = rows
        .map(({ text }) => text)
        .join('\n')
        .toLowerCase();
      for (const [secret, value] of secrets) {
        if (mayHold[name]?.test(secret) === true) continue;
        const spellings = [value.toLowerCase(), Buffer.from(value).toString('hex')];
        for (const spelling of spellings)
          assert.ok(!standsIn(folded, spelling), `${secret} stands in ${name}`);
      }
    }
  });
});
