import { openBundle, receiveFile } from '#evidence';
import { secondsAfter } from '#foundation/clock';
import { goodPassword, makeAccount } from '../../support/accounts.ts';
import { makeKnown } from '../../support/identities.ts';
import { drawPicture } from '../../support/pictures.ts';
import type { TestService } from '../../support/service.ts';
import type { Tab } from './device.ts';
import type { Tour } from './tour.ts';

/** As long as an address may be on a small screen, without a place to break it. */
const longEmail = (name: string) =>
  `${name}.bartholomew-featherstonehaugh.of.somewhere@correspondence.example.org`;

/** Signs in to the account pages, as somebody whom no other tour has. */
async function signIn(tour: Tour, name: string, number: number): Promise<{ tab: Tab; accountId: string }> {
  const { app, device } = tour;
  const { language } = device;
  const email = longEmail(`${name}-${language}`);
  const phone = `+447700900${number + (language === 'en' ? 0 : 1)}`;
  const { id: accountId } = await makeAccount(app.home, { email, phone, language });
  await device.context.clearCookies();
  const tab = await device.openTab();
  await tab.open(`${app.origin}/settings?lang=${language}`);
  await tab.answer({ email });
  await tab.answer({ password: goodPassword });
  await tab.answer({ code: await app.codeFor(phone, 'sms') });
  return { tab, accountId };
}

/** Sees what is shared and what happened, downloads it, and closes the login. */
export async function tourInformation(tour: Tour, service: TestService): Promise<void> {
  const { app, look } = tour;
  const { tab, accountId } = await signIn(tour, 'ida', 120);
  const settings = (path: string) => tab.open(`${app.origin}/settings/${path}`);
  await settings('sharing');
  await look(tab, 'nothing');
  await settings('stop-sharing');
  await look(tab, 'none');
  await tab.open(await service.requestAddress());
  await tab.answer();
  await settings('sharing');
  await look(tab, 'something');
  await tab.follow(tab.main.locator('a.nhsuk-button'));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('service', service.clientId);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'with word of it');
  await settings('activity');
  await look(tab, 'some');
  await lookAtDownload(tour, { tab, accountId });
  await settings('close-account');
  await look(tab, 'told');
  await tab.answer();
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('sure', 'yes');
  await look(tab, 'closed');
  await tab.page.close();
}

async function lookAtDownload(
  { app, device, look }: Tour,
  { tab, accountId }: { tab: Tab; accountId: string },
): Promise<void> {
  const { house } = app.home;
  await tab.open(`${app.origin}/settings/download`);
  await look(tab, 'without photos');
  await makeKnown(app.home, { accountId, level: 'P9' });
  if (app.evidence !== undefined) {
    const keptUntil = secondsAfter(house.clock.now(), 3600);
    const bundleId = await openBundle(house.deps, { accountId, purpose: 'test', keptUntil });
    await receiveFile(house, app.evidence, { bundleId, kind: 'image', content: [await drawPicture()] });
  }
  await tab.open(`${app.origin}/settings/download`);
  await look(tab, 'with a photo');
  const copy = await device.context.request.get(`${app.origin}/settings/download-page`);
  const opened = await device.openTab();
  await opened.page.setContent(await copy.text());
  await look(opened, 'opened from where it was saved');
  await opened.page.close();
}

/** Finds something in what happened that was somebody else, and locks the login. */
export async function tourLocking(tour: Tour): Promise<void> {
  const { app, look } = tour;
  const { tab } = await signIn(tour, 'joy', 122);
  await tab.open(`${app.origin}/settings/activity`);
  await look(tab, 'some');
  await tab.follow(tab.main.locator('a.nhsuk-button'));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'told');
  await tab.page.close();
}
