import { lockLogin } from '#accounts';
import { goodPassword, makeAccount } from '../../support/accounts.ts';
import type { TestService } from '../../support/service.ts';
import type { Tour } from './tour.ts';
import { VirtualDevice } from './virtual-device.ts';

const longName = 'The phone that my granddaughter gave me last year';

/** Uses a passkey of a login that its owner has locked meanwhile. */
export async function tourLockedPasskey({ app, device, look }: Tour): Promise<void> {
  const { language } = device;
  const email = `una-${language}@example.org`;
  const phone = language === 'en' ? '+447700900130' : '+447700900131';
  const { id: accountId } = await makeAccount(app.home, { email, phone, language });
  const tab = await device.openTab();
  await tab.page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false');
  await VirtualDevice.for(tab);
  await tab.open(`${app.origin}/settings/passkeys`);
  await tab.answer({ email });
  await tab.answer({ password: goodPassword });
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  await tab.answer();
  await tab.answer();
  await tab.answer({ name: 'Phone' });
  await app.home.house.transact((deps) =>
    lockLogin(deps, { accountId, linkTo: (token) => `${app.origin}/new-password/${token}` }),
  );
  const certain = await app.registerTestService({ vectors: ['P0.Cm'] });
  device.allow(certain.origin);
  await device.context.clearCookies();
  await tab.open(await certain.requestAddress({ vtr: '["P0.Cm"]' }));
  await tab.answerWith('choice', 'sign-in');
  await tab.answer();
  await look(tab, 'told');
  await tab.page.close();
}

/** Sets passkeys up, renames and removes them, and is asked for one by a service that takes nothing else. */
export async function tourPasskeys({ app, device, look }: Tour, service: TestService): Promise<void> {
  const { language } = device;
  const email = `pat-${language}@example.org`;
  const phone = language === 'en' ? '+447700900108' : '+447700900109';
  await makeAccount(app.home, { email, phone, language });
  const tab = await device.openTab();
  await tab.page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false');
  const virtual = await VirtualDevice.for(tab);
  await tab.open(`${app.origin}/settings/passkeys`);
  await tab.answer({ email });
  await tab.answer({ password: goodPassword });
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  await look(tab, 'none');
  await tab.answer();
  await look(tab, 'asked');
  await virtual.setUnlockable(false);
  await tab.main.locator('#passkey').click();
  await tab.page.locator('[data-passkey-failed]:not(:empty)').waitFor();
  await look(tab, 'not unlocked');
  await virtual.setUnlockable(true);
  await tab.answer();
  await look(tab, 'asked');
  await tab.answer({ name: '' });
  await look(tab, 'missing');
  await tab.answer({ name: longName });
  await look(tab, 'with word of a passkey');
  await tab.open(`${app.origin}/settings/passkeys`);
  await look(tab, 'one');
  const kept = await virtual.keep();
  await tab.follow(tab.main.locator('form:has([value=remove]) button'));
  await look(tab, 'asked');
  await tab.answer();
  const certain = await app.registerTestService({ vectors: ['P0.Cm'] });
  device.allow(certain.origin);
  device.allow(service.origin);
  await device.context.clearCookies();
  await virtual.putBack(kept);
  await tab.open(await certain.requestAddress({ vtr: '["P0.Cm"]' }));
  await tab.answerWith('choice', 'sign-in');
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not known');
  await tab.page.close();
}
