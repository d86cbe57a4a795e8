import { forgetDevice, rememberDevice } from '#accounts';
import type { Language } from '#foundation/web';
import { goodPassword, makeAccount } from '../../support/accounts.ts';
import type { TestApp } from '../../support/app.ts';
import { makeKnown } from '../../support/identities.ts';
import { registerOf } from '../../support/proof-walks.ts';
import type { TestService } from '../../support/service.ts';
import type { Tab } from './device.ts';
import type { Tour } from './tour.ts';

interface Settled {
  readonly accountId: string;
  readonly email: string;
  readonly phone: string;
  readonly language: Language;
}

type Look = Tour['look'];

const phones: Record<Language, { own: string; next: string }> = {
  en: { own: '+447700900110', next: '07700 900 111' },
  cy: { own: '+447700900112', next: '07700 900 113' },
};

/** Signs in and changes everything that is to be changed of an account. */
export async function tourSettings({ app, device, look }: Tour, _service: TestService): Promise<void> {
  const { language } = device;
  const phone = phones[language].own;
  const email = `hal-${language}.bartholomew-featherstonehaugh@correspondence.example.org`;
  const { id: accountId } = await makeAccount(app.home, { email, phone, language });
  const tab = await device.openTab();
  const settled = { accountId, email, phone, language };
  await tab.open(`${app.origin}/settings`);
  await tab.answer({ email });
  await tab.answer({ password: goodPassword });
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  await tourContactDetails(app, tab, look, settled);
  await tab.open(`${app.origin}/settings/language`);
  await look(tab, 'asked');
  await tab.answerWith('language', language);
  await look(tab, 'told that it is done');
  await tourDevices(app, tab, look, settled);
  await tourPhone(app, tab, look, settled);
  await tourEmail(app, tab, look, settled);
  await tab.page.close();
}

async function tourContactDetails(app: TestApp, tab: Tab, look: Look, who: Settled): Promise<void> {
  const register = registerOf(app);
  const nhsNumber = await makeKnown(app.home, { accountId: who.accountId, level: 'P9' });
  const entry = { nhsNumber, familyName: 'Hopper', givenNames: ['Grace'], birthdate: '1986-12-09' };
  await register.addPatient({ ...entry, email: `grace@${'old-'.repeat(12)}post.example`, restricted: true });
  await tab.open(`${app.origin}/settings/contact-details`);
  await look(tab, 'protected');
  await register.addPatient({ ...entry, mobile: '07700900199' });
  await tab.open(`${app.origin}/settings/contact-details`);
  await look(tab, 'both differ');
  await tab.answer();
  await look(tab, 'not chosen');
  await register.setFault('token-refused', 3);
  await tab.answerWith('what', 'mobile');
  await look(tab, 'refused');
  await register.clearFaults();
  await tab.open(`${app.origin}/settings/contact-details`);
  await tab.answerWith('what', 'mobile');
  await tab.open(`${app.origin}/settings/contact-details`);
  await look(tab, 'one differs');
  await tab.answer();
  await tab.open(`${app.origin}/settings/contact-details`);
  await look(tab, 'nothing differs');
}

async function tourDevices(app: TestApp, tab: Tab, look: Look, { accountId }: Settled): Promise<void> {
  await app.home.house.transact(async (deps) => {
    await forgetDevice(deps, { accountId });
    await rememberDevice(deps, { accountId, kind: { system: 'windows', browser: 'firefox' } });
    await rememberDevice(deps, { accountId, kind: { system: 'ios', browser: 'safari' } });
  });
  await tab.open(`${app.origin}/settings/devices`);
  await look(tab, 'two');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('device', 'all');
  await tab.open(`${app.origin}/settings/devices`);
  await look(tab, 'none');
}

async function tourPhone(app: TestApp, tab: Tab, look: Look, { language }: Settled): Promise<void> {
  const { next } = phones[language];
  await tab.open(`${app.origin}/settings/phone`);
  await look(tab, 'to be changed');
  await tab.answer({ phone: next });
  await look(tab, 'to be changed');
  await tab.answer({ code: await app.codeFor(next, 'sms') });
  await look(tab, 'phone changed');
}

async function tourEmail(app: TestApp, tab: Tab, look: Look, { email, language }: Settled): Promise<void> {
  const taken = `taken-${language}@example.org`;
  await makeAccount(app.home, { email: taken });
  await tab.open(`${app.origin}/settings/email`);
  await look(tab, 'asked');
  await tab.answer({ email });
  await look(tab, 'the same');
  await tab.answer({ email: taken });
  await tab.answer({ code: await app.codeFor(taken, 'email') });
  await look(tab, 'told');
  await tab.open(`${app.origin}/settings/email`);
  await tab.answer({ email: `new-${email}` });
  await tab.answer({ code: await app.codeFor(`new-${email}`, 'email') });
  await look(tab, 'an address waits');
  await tab.open(`${app.origin}/settings/email`);
  await look(tab, 'one waits');
  const link = await app.linkFor(email);
  await tab.open(`${app.origin}/settings/password`);
  await look(tab, 'to be changed');
  await tab.open(link);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'told');
  await tab.open(link);
  await look(tab, 'ended');
  await tab.open(`${app.origin}/keep-email-address/unknown`);
  await look(tab, 'unknown');
  await tab.open(`${app.origin}/password-changed?from=settings`);
  await look(tab, 'to the account');
}
