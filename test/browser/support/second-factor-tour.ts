import { addAuthenticatorApp, makeRecoveryCodes, setLandline } from '#accounts';
import { codeNow, newAuthenticatorSecret } from '#foundation/authenticator';
import { registrableVectors } from '#partners';
import { goodPassword, makeAccount } from '../../support/accounts.ts';
import { makeKnown } from '../../support/identities.ts';
import type { TestService } from '../../support/service.ts';
import type { Tab } from './device.ts';
import type { Tour } from './tour.ts';

const device = { vtr: '["P0.Cp.Cd"]' };
const appOnly = { vtr: '["P0.Cp.Ck"]' };

interface Someone {
  readonly accountId: string;
  readonly email: string;
  readonly phone: string;
}

async function makeSomeone(
  { app, device: { language } }: Tour,
  name: string,
  ending: number,
): Promise<Someone> {
  const email = `${name}-${language}@example.org`;
  const phone = `+447700900${ending + (language === 'en' ? 0 : 1)}`;
  const { id: accountId } = await makeAccount(app.home, { email, phone, language });
  return { accountId, email, phone };
}

/** Begins to sign in, up to the page after the password. */
async function begin(tab: Tab, address: string, email: string, password = goodPassword): Promise<void> {
  await tab.page.context().clearCookies({ name: 'device' });
  await tab.open(address);
  if (tab.page.url().includes('/welcome/')) await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email });
  await tab.answer({ password });
}

/** Has an app connected, a landline called and recovery codes made, with every mistake on the way. */
export async function tourSecondFactors(tour: Tour): Promise<void> {
  const { app, look } = tour;
  const { language } = tour.device;
  const { email, phone } = await makeSomeone(tour, 'hugh', 210);
  const landline = language === 'en' ? '01632 960 210' : '01632 960 211';
  const tab = await tour.device.openTab();
  await tab.open(`${app.origin}/settings/authenticator-app`);
  await tab.answer({ email });
  await tab.answer({ password: goodPassword });
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  await look(tab, 'asked');
  await tab.answer({ code: '12' });
  await look(tab, 'malformed');
  const key = await tab.main.locator('code').innerText();
  await tab.answer({ code: codeNow(app.home.house, key.replaceAll(' ', '')) });
  await look(tab, 'with word of an app');
  await tab.open(`${app.origin}/settings/authenticator-app`);
  await look(tab, 'asked');
  await tab.open(`${app.origin}/settings/recovery-codes`);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'shown');
  await tab.answer();
  await tab.open(`${app.origin}/settings/recovery-codes`);
  await look(tab, 'again');
  await tab.open(`${app.origin}/settings/landline`);
  await look(tab, 'asked');
  await tab.answer({ landline: '123' });
  await look(tab, 'malformed');
  await tab.answer({ landline });
  await look(tab, 'called');
  await tab.act('resend');
  await look(tab, 'called again');
  await tab.answer({ code: await app.codeFor(landline, 'voice') });
  await look(tab, 'with word of a landline');
  await tab.open(`${app.origin}/settings/landline`);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.page.close();
}

/** Is asked for one of several second factors, and for an app where there is none yet. */
export async function tourWaysToSignIn(tour: Tour): Promise<void> {
  const { app, look } = tour;
  const { house } = app.home;
  const service = await app.registerTestService({ vectors: registrableVectors });
  tour.device.allow(service.origin);
  const tab = await tour.device.openTab();
  const { accountId, email } = await makeSomeone(tour, 'iris', 212);
  const secret = newAuthenticatorSecret();
  await house.transact(async (deps) => {
    await setLandline(deps, { accountId, landline: '+441632960212' });
    await addAuthenticatorApp(deps, { accountId, secret, code: codeNow(deps, secret) });
  });
  const either = { vtr: '["P0.Cp.Cd","P0.Cp.Ck"]' };
  await begin(tab, await service.requestAddress(either), email);
  await tab.answer({ code: '' });
  await look(tab, 'with other ways');
  await tab.act('call');
  await look(tab, 'called');
  await tab.act('app');
  await look(tab, 'asked');
  await tab.answer({ code: 'x' });
  await look(tab, 'malformed');
  const other = await makeSomeone(tour, 'joan', 214);
  await begin(tab, await service.requestAddress(appOnly), other.email);
  await tab.answer({ code: await app.codeFor(other.phone, 'sms') });
  await look(tab, 'asked for by a service');
  const bare = `kit-${tour.device.language}@example.org`;
  const { id } = await makeAccount(app.home, { email: bare, language: tour.device.language });
  const only = newAuthenticatorSecret();
  await house.transact((deps) =>
    addAuthenticatorApp(deps, { accountId: id, secret: only, code: codeNow(deps, only) }),
  );
  await begin(tab, await service.requestAddress(device), bare);
  await look(tab, 'told');
  await tab.page.close();
}

/** Loses a phone and gets a new number, by each way and with each page that stops it. */
export async function tourLostPhone(tour: Tour, service: TestService): Promise<void> {
  const { app, look } = tour;
  const { house } = app.home;
  const { language } = tour.device;
  const someone = await makeSomeone(tour, 'lena', 216);
  const { accountId, email } = someone;
  await makeKnown(app.home, { accountId, level: 'P5' });
  const [recoveryCode = ''] = await house.transact(async (deps) => {
    await setLandline(deps, { accountId, landline: '+441632960216' });
    return makeRecoveryCodes(deps, accountId);
  });
  const address = () => service.requestAddress(device);
  const tab = await tour.device.openTab();
  await begin(tab, await address(), email);
  await tab.act('lost');
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.choose('mobile', 'yes');
  await tab.answer();
  await look(tab, 'told');
  await tab.follow(tab.main.locator('a').last());
  await tab.choose('mobile', 'yes');
  await tab.choose('landline', 'yes');
  await tab.answer();
  await look(tab, 'asked');
  const how = tab.page.url();
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('proof', 'old-number');
  await look(tab, 'asked');
  await tab.answer({ number: '07700 900 999' });
  await look(tab, 'wrong');
  await tab.open(how);
  await tab.answerWith('proof', 'recovery-code');
  await look(tab, 'asked');
  await tab.answer({ code: 'AAAA' });
  await look(tab, 'wrong');
  await tab.open(how);
  await tab.answerWith('proof', 'email-code');
  await look(tab, 'asked');
  await tab.act('resend');
  await look(tab, 'sent again');
  await tab.answer({ code: await app.codeFor(email, 'email') });
  await look(tab, 'asked');
  await tab.answer({ nhsNumber: 'QQ123456C' });
  await look(tab, 'a National Insurance number');
  await tab.act('unknown');
  await look(tab, 'told');

  await begin(tab, await address(), email);
  await tab.act('lost');
  await tab.choose('mobile', 'yes');
  await tab.choose('landline', 'yes');
  await tab.answer();
  await tab.answerWith('proof', 'recovery-code');
  await tab.answer({ code: recoveryCode });
  const phone = language === 'en' ? '07700 900 218' : '07700 900 219';
  await tab.answer({ phone });
  await look(tab, 'for a new number');
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  await look(tab, 'told');
  const link = await app.linkFor(email);
  await begin(tab, await address(), email);
  await tab.act('lost');
  await look(tab, 'told');
  await tab.open(link);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'told');
  await tab.open(link);
  await look(tab, 'used');
  await tab.open(`${link}x`);
  await look(tab, 'unknown');

  const other = await makeSomeone(tour, 'mona', 220);
  await house.database.pool.query(
    'UPDATE accounts.password SET chosen_by_mail = true WHERE account_id = $1',
    [other.accountId],
  );
  await begin(tab, await address(), other.email);
  await tab.act('lost');
  await look(tab, 'told');
  await tab.page.close();
}
