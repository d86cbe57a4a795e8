import { sendMessage } from '#messaging';
import { listClients, removeClient } from '#partners';
import { goodPassword, makeAccount } from '../../support/accounts.ts';
import type { TestApp } from '../../support/app.ts';
import type { TestSandbox } from '../../support/sandbox.ts';
import type { TestService } from '../../support/service.ts';
import { makeKnown } from '../../support/identities.ts';
import { registerOf } from '../../support/proof-walks.ts';
import { assurances, listing, registerListed } from '../../support/listing.ts';
import type { Device, Tab } from './device.ts';

/** What a tour needs. */
export interface Tour {
  readonly app: TestApp;
  readonly device: Device;
  /** Called with each page, in each state that somebody may see it in. */
  readonly look: (tab: Tab, state: string) => Promise<void>;
}

/** As long as an address may be on a small screen, without a place to break it. */
const longEmail = (name: string) =>
  `${name}.bartholomew-featherstonehaugh.of.somewhere@correspondence.example.org`;

/** Signs up, with every mistake on the way, and ends at the question what to share. */
export async function tourSignUp({ app, device, look }: Tour, service: TestService): Promise<void> {
  const { language } = device;
  const email = longEmail(`ada-${language}`);
  const phone = language === 'en' ? '07700 900 101' : '07700 900 102';
  const tab = await device.openTab();
  await tab.open(await service.requestAddress({ vtr: '["P0.Cp.Cd"]' }));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('choice', 'sign-up');
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('nation', 'elsewhere');
  await look(tab, 'told');
  await tab.page.goBack();
  await tab.answerWith('nation', 'england');
  await look(tab, 'asked');
  await tab.answer({ email: 'nonsense' });
  await look(tab, 'malformed');
  await tab.answer({ email });
  await look(tab, 'asked');
  await tab.answer({ password: 'short', passwordAgain: 'other' });
  await look(tab, 'too short');
  await tab.answer({ password: goodPassword, passwordAgain: goodPassword });
  await look(tab, 'asked');
  await tab.answer({ code: 'abc' });
  await look(tab, 'malformed');
  await tab.act('resend');
  await look(tab, 'sent again');
  await tab.answer({ code: await app.codeFor(email, 'email') });
  await look(tab, 'asked');
  await tab.answer({ phone: '12345' });
  await look(tab, 'malformed');
  await tab.choose('international', 'yes');
  await tab.answer({ internationalPhone: '33 6' });
  await look(tab, 'no country code');
  await tab.page.locator('[name=international]').uncheck();
  await tab.answer({ phone });
  await look(tab, 'asked');
  await tab.answer({ code: '' });
  await look(tab, 'missing');
  await tab.act('resend');
  await look(tab, 'sent again');
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  await look(tab, 'asked');
  await tab.act('decline');
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('choice', 'go-back');
  await tab.answer();
  await tab.page.close();
}

const everyScope = [
  'openid',
  'profile',
  'profile_extended',
  'email',
  'phone',
  'landline',
  'gp_registration_details',
  'gp_integration_credentials',
  'client_metadata',
];

/** Signs in with mistakes, is asked for more to share, is told that the service is for elsewhere, or has to know better who they are. */
export async function tourSignIn({ app, device, look }: Tour, service: TestService): Promise<void> {
  const { language } = device;
  const email = longEmail(`ben-${language}`);
  const phone = language === 'en' ? '+447700900103' : '+447700900104';
  const { id: accountId } = await makeAccount(app.home, { email, phone, language });
  const tab = await device.openTab();
  await tab.open(
    await service.requestAddress({ vtr: '["P0.Cp.Cd"]', prompt: 'login', scope: 'openid email' }),
  );
  await tab.answerWith('choice', 'sign-in');
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'missing');
  await tab.answer({ email });
  await look(tab, 'asked');
  await tab.answer({ password: 'not this one' });
  await look(tab, 'wrong');
  await tab.answer({ password: goodPassword });
  await look(tab, 'asked');
  await tab.answer({ code: '12' });
  await look(tab, 'malformed');
  await tab.act('resend');
  await look(tab, 'sent again');
  await tab.choose('remember', 'yes');
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  await tab.answer();
  await tab.open(await service.requestAddress({ vtr: '["P0.Cp.Cd"]' }));
  await look(tab, 'shared some before');
  const abroad = await app.registerTestService({ nations: ['isle-of-man', 'northern-ireland'] });
  await tab.open(await abroad.requestAddress());
  await look(tab, 'told');
  const certain = await app.registerTestService({
    scopes: everyScope,
    vectors: ['P0.Cp', 'P9.Cp'],
    im1Enabled: true,
  });
  await tab.open(await certain.requestAddress({ scope: everyScope.join(' '), vtr: '["P9.Cp"]' }));
  await look(tab, 'told');
  const nhsNumber = await registerOf(app).addPatient({ familyName: 'Hopper', birthdate: '1986-12-09' });
  await makeKnown(app.home, { accountId, level: 'P9', nhsNumber });
  await tab.open(await certain.requestAddress({ scope: everyScope.join(' '), vtr: '["P9.Cp"]' }));
  await look(tab, 'asked for everything');
  await tab.page.close();
}

/** Signs in to see the account, shares nothing and then something, and signs out. */
export async function tourAccount({ app, device, look }: Tour, service: TestService): Promise<void> {
  const { language } = device;
  const email = longEmail(`fay-${language}`);
  const phone = language === 'en' ? '+447700900106' : '+447700900107';
  await makeAccount(app.home, { email, phone, language });
  const tab = await device.openTab();
  await tab.open(`${app.origin}/settings`);
  await tab.answer({ email });
  await tab.answer({ password: goodPassword });
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  await look(tab, 'sharing nothing');
  await tab.open(await service.requestAddress());
  await tab.answer();
  await tab.open(`${app.origin}/settings`);
  await look(tab, 'sharing something');
  await tab.open(`${app.origin}/session/end`);
  await look(tab, 'by oneself');
  const sender = await app.registerTestService({ logout: { redirectUris: [], needsSid: false } });
  await tab.open(`${app.origin}/session/end?client_id=${sender.clientId}`);
  await look(tab, 'sent by a service');
  await tab.answer();
  await look(tab, 'told');
  await tab.page.close();
}

/** Signs up with an address that has a login, and then types wrong passwords until it is locked. */
export async function tourStops({ app, device, look }: Tour, service: TestService): Promise<void> {
  const email = `cai-${device.language}@example.org`;
  await makeAccount(app.home, { email, phone: '+447700900105' });
  const tab = await device.openTab();
  await tab.open(await service.requestAddress({ prompt: 'login' }));
  if ((await tab.main.getAttribute('data-page')) === 'journeys/sign-in/enter-email') {
    await tab.answer({ email });
    await tab.act('create');
  } else {
    await tab.answerWith('choice', 'sign-up');
  }
  await tab.answerWith('nation', 'wales');
  await tab.answer({ email });
  await tab.answer({ password: goodPassword, passwordAgain: goodPassword });
  await tab.answer({ code: await app.codeFor(email, 'email') });
  await look(tab, 'has a login already');
  for (let wrong = 0; wrong < 6; wrong += 1) await tab.answer({ password: `wrong ${wrong}` });
  await look(tab, 'password');
  await tab.page.close();
}

/** Forgets a password, follows the mailed link, and follows it again. */
export async function tourForgottenPassword(
  { app, device, look }: Tour,
  service: TestService,
): Promise<void> {
  const email = longEmail(`dot-${device.language}`);
  await makeAccount(app.home, { email, language: device.language });
  const tab = await device.openTab();
  await tab.open(await service.requestAddress({ prompt: 'login' }));
  if ((await tab.main.getAttribute('data-page')) !== 'journeys/sign-in/enter-email')
    await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email });
  await tab.act('forgotten');
  await look(tab, 'asked');
  await tab.answer({ email: '@' });
  await look(tab, 'malformed');
  await tab.answer({ email });
  await look(tab, 'told');
  const [link = ''] = (await app.messageFor(email, 'email')).links;
  await tab.page.locator('details summary').click();
  await tab.follow(tab.main.locator('details button'));
  await look(tab, 'sent again');
  const [newest = ''] = (await app.messageFor(email, 'email')).links;
  await tab.open(link);
  await look(tab, 'used');
  await tab.open(newest);
  await look(tab, 'asked');
  await tab.answer({ password: 'password', passwordAgain: 'password' });
  await look(tab, 'too common');
  await tab.answer({ password: 'slate 4 unhurried Walnut', passwordAgain: 'slate 4 unhurried Walnut' });
  await look(tab, 'told, with a way on');
  await tab.open(`${app.origin}/reset-password/${'x'.repeat(43)}`);
  await look(tab, 'unknown');
  await tab.page.close();
}

/** Looks for services in the directory, and reads about one that describes itself in English only. */
export async function tourDirectory({ app, device, look }: Tour): Promise<void> {
  const tab = await device.openTab();
  await tab.open(`${app.origin}/services`);
  await look(tab, 'empty');
  const home = `https://${'appointments-and-prescriptions'.repeat(2)}.example/`;
  const many = Array.from({ length: 21 }, (_, number) => `Clinic ${number}`);
  for (const name of many) await registerListed(app.home, name, { client_uri: home });
  const english = { benefit: { en: 'Good.' }, description: { en: 'Books appointments.' } };
  const scottish = await registerListed(app.home, 'Glen', {
    nations: ['scotland'],
    assurances: { ...assurances, benefit: english.benefit },
    listing: { ...listing, description: english.description, operator: 'W'.repeat(120) },
  });
  await tab.open(`${app.origin}/services`);
  await look(tab, 'first page');
  await tab.follow(tab.main.locator('[rel=next]'));
  await look(tab, 'last page');
  await tab.page.locator('details summary').click();
  await tab.page.locator('#nation').selectOption('scotland');
  await tab.answer({ q: 'books' });
  await look(tab, 'found one');
  await tab.press('Glen');
  await look(tab, 'one');
  await tab.open(`${app.origin}/services?q=${'x'.repeat(200)}`);
  await look(tab, 'found none');
  await app.home.house.transact(async (deps) => {
    for (const { clientId, clientName } of await listClients(deps))
      if (clientId === scottish.clientId || many.includes(clientName)) await removeClient(deps, clientId);
  });
  await tab.page.close();
}

/** Meets each kind of trouble that a browser can be made to meet. */
export async function tourProblems({ app, device, look }: Tour, service: TestService): Promise<void> {
  const tab = await device.openTab();
  await tab.open(`${app.origin}/nowhere`);
  await look(tab, 'not-found');
  await tab.open(`${app.origin}/interaction/gone`);
  await look(tab, 'start-again');
  await tab.open(await service.requestAddress({ redirect_uri: 'https://elsewhere.example/' }));
  await look(tab, 'redirect');
  await tab.open(`${app.origin}/authorize?client_id=nobody`);
  await look(tab, 'request');
  await tab.open(`${app.origin}/password-changed`);
  await look(tab, 'told, without a way on');
  const fresh = await device.openTab();
  await fresh.open(await service.requestAddress({ prompt: 'login' }));
  await fresh.page.evaluate(`document.querySelector('[name=_csrf]').value = 'stale'`);
  await fresh.answer();
  await look(fresh, 'stale-form');
  await fresh.page.close();
  await tab.page.close();
}

/** Reads the sandbox's own pages, and registers a service wrongly. */
export async function tourSandbox(parts: Omit<Tour, 'app'> & { sandbox: TestSandbox }): Promise<void> {
  const { sandbox, device, look } = parts;
  const tab = await device.openTab();
  await tab.open(`${sandbox.origin}/sandbox`);
  await look(tab, 'shown');
  await tab.open(`${sandbox.origin}/sandbox/inbox`);
  await look(tab, 'without messages');
  await sandbox.home.house.transact((deps) =>
    sendMessage(deps, {
      message: 'reset-password',
      channel: 'email',
      to: longEmail('eve'),
      language: device.language,
      values: { link: `${sandbox.origin}/reset-password/${'x'.repeat(43)}` },
      usefulUntil: new Date(Date.now() + 3_600_000),
    }),
  );
  while ((await tab.page.locator('article').count()) === 0) await tab.reload();
  await look(tab, 'with a message');
  await tab.open(`${sandbox.origin}/sandbox/documents/p5`);
  await look(tab, 'shown');
  await tab.open(`${sandbox.origin}/sandbox/clients`);
  await look(tab, 'shown');
  await tab.type({ client_name: '', redirect_uris: 'nonsense', public_key_pem: 'nonsense' });
  await tab.follow(tab.main.locator('form[action="/sandbox/clients"] button'));
  await look(tab, 'wrongly registered');
  await tab.open(`${sandbox.origin}/authorize?client_id=nobody&vtr=%5B%22${'P0.Cp'.repeat(30)}`);
  await look(tab, 'explained to a developer');
  await tab.open(`${sandbox.origin}/sandbox/requests`);
  await look(tab, 'with a refused request');
  await tab.follow(tab.main.locator('h2 a').first());
  await look(tab, 'shown');
  await tab.open(`${sandbox.origin}/sandbox/inbox`);
  await tab.act('clear');
  await tab.page.close();
}
