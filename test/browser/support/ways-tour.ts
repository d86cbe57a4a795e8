import { addSimulatedPatient } from '#gp-systems';
import { setMinimumAge } from '#identity';
import { goodPassword } from '../../support/accounts.ts';
import { registerAskingService, registerOf } from '../../support/proof-walks.ts';
import type { TestService } from '../../support/service.ts';
import {
  gpSystemsOf,
  matchedPerson,
  proven,
  type Matched,
  type MatchedAs,
} from '../../support/ways-walks.ts';
import type { Tab } from './device.ts';
import { tourPhotoId } from './photo-id-tour.ts';
import type { Tour } from './tour.ts';

interface Walk extends Tour {
  readonly asking: TestService;
}

const checked = {
  areServicesOn: true,
  identityCheck: { method: 'vouching', checkedOn: '2025-01-31' },
} as const;
let people = 0;

/** Comes from the service as somebody who is known at P5. */
export async function arrive(
  { app, device, asking }: Walk,
  as: MatchedAs,
): Promise<{ tab: Tab; person: Matched }> {
  people += 1;
  const phone = `07700 900 ${String(300 + people)}`;
  const who = { email: `way${people}-${device.language}@example.org`, phone, password: goodPassword };
  const person = await matchedPerson({ app, service: asking }, who, {
    ...as,
    inRegister: { mobile: phone, ...as.inRegister },
  });
  const tab = await device.openTab();
  await tab.open(await asking.requestAddress({ ...proven, prompt: 'login' }));
  if ((await tab.main.getAttribute('data-page')) !== 'journeys/sign-in/enter-email')
    await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email: who.email });
  await tab.answer({ password: goodPassword });
  return { tab, person };
}

/** Whether a page is one of those that {@link tourWaysToProve} visits, all of them. Photos, videos and scans have tours of their own. */
export function isOfWays(page: string): boolean {
  const apart = ['proofing/capture/', 'proofing/photo-id-face-scan/'];
  const isOfMethod = page.startsWith('proofing/') && !apart.some((folder) => page.startsWith(folder));
  return isOfMethod || page.startsWith('journeys/ways-to-prove/');
}

/** Proves who one is in each way, with every mistake and through every outcome. */
export async function tourWaysToProve(tour: Tour): Promise<void> {
  const walk = { ...tour, asking: await registerAskingService(tour.app) };
  await tourDetails(walk);
  await tourPracticeCheck(walk);
  await tourTooYoung(walk);
  await tourPhotoId({ ...walk, arrive: (as) => arrive(walk, as) });
  tour.app.home.clock.reset();
}

async function tourDetails(walk: Walk): Promise<void> {
  const { app, look } = walk;
  const { tab, person } = await arrive(walk, {});
  await look(tab, 'ways');
  await tab.main.locator('details summary').click();
  await look(tab, 'with reasons');
  await chooseDetails(tab);
  await look(tab, 'asked');
  await tab.answer({ gpUserId: '', odsCode: 'A1', gpLinkageKey: 'k'.repeat(65) });
  await look(tab, 'all wrong');
  for (const summary of await tab.main.locator('details summary').all()) await summary.click();
  await look(tab, 'with help');
  const { odsCode, nhsNumber } = person;
  const wrong = { gpUserId: '1234567890', odsCode, gpLinkageKey: 'aB3dE6gH9kLm2' };
  await tab.answer(wrong);
  await look(tab, 'not accepted');
  await tab.answer();
  const supplierId = (await gpSystemsOf(app).gpSystems.supplierOf(odsCode))?.id ?? '';
  await gpSystemsOf(app).setFault({ supplierId, kind: 'too-many', times: 1 });
  await tab.answer(wrong);
  await look(tab, 'system down');
  await tab.follow(tab.main.locator('a.nhsuk-button'));
  for (let time = 2; time <= 5; time += 1) {
    await tab.answer({ ...wrong, gpUserId: `123456789${time}` });
    if (time === 5) await look(tab, 'the last time');
    await tab.answer();
  }
  await look(tab, 'locked');
  app.home.clock.advance(3601);
  const used = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
  await tab.open(await walk.asking.requestAddress(proven));
  await tab.page.close();

  const other = await arrive(walk, { familyName: 'Twinworth', odsCode });
  const twin = await arrive(walk, { familyName: 'Twinworth', odsCode });
  const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber: other.person.nhsNumber });
  await other.tab.page.close();
  await chooseDetails(twin.tab);
  await twin.tab.answer(fieldsOf(details));
  await look(twin.tab, 'another’s');
  await twin.tab.page.close();
  const again = await arrive(walk, { familyName: 'Twinworth', odsCode });
  await chooseDetails(again.tab);
  await again.tab.answer(fieldsOf(details));
  await look(again.tab, 'used already');
  await again.tab.answer();
  await gpSystemsOf(app).setFault({ supplierId, kind: 'refuse', supplierCode: '400-9999', times: 1 });
  await again.tab.answer(fieldsOf(used));
  await look(again.tab, 'not connected');
  await again.tab.answer();
  await gpSystemsOf(app).setFault({ supplierId, kind: 'refuse', supplierCode: '400-1553', times: 1 });
  await again.tab.answer({ ...fieldsOf(used), gpUserId: '42' });
  await look(again.tab, 'surgery has to agree');
  await again.tab.page.close();
}

async function chooseDetails(tab: Tab): Promise<void> {
  await tab.choose('way', 'gp-online-details');
  await tab.answer();
}

function fieldsOf(details: { accountId: string; odsCode: string; linkageKey: string }) {
  return { gpUserId: details.accountId, odsCode: details.odsCode, gpLinkageKey: details.linkageKey };
}

async function tourPracticeCheck(walk: Walk): Promise<void> {
  const { app, look } = walk;
  const { tab, person } = await arrive(walk, { atPractice: checked });
  await look(tab, 'two ways');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.main.locator('[name=way]').first().check();
  await tab.answer();
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('choice', 'no');
  await look(tab, 'declined');
  await tab.answer();
  const { odsCode, nhsNumber, familyName, birthdate } = person;
  const supplierId = (await gpSystemsOf(app).gpSystems.supplierOf(odsCode))?.id ?? '';
  await gpSystemsOf(app).setFault({ supplierId, kind: 'too-many', times: 1 });
  await tab.answerWith('choice', 'yes');
  await look(tab, 'system down');
  await tab.follow(tab.main.locator('a.nhsuk-button'));
  const entry = { nhsNumber, familyName, birthdate, gpOdsCode: odsCode };
  await registerOf(app).addPatient({ ...entry, mobile: '07700900999' });
  await tab.answerWith('choice', 'yes');
  await look(tab, 'gone');
  await tab.act('other-way');
  await registerOf(app).addPatient({ ...entry, deceased: true });
  await tab.main.locator('[name=way]').first().check();
  await tab.answer();
  await tab.answerWith('choice', 'yes');
  await look(tab, 'stopped');
  await tab.page.close();
}

async function tourTooYoung(walk: Walk): Promise<void> {
  const { app, look, asking } = walk;
  const { deps, clock } = app.home.house;
  const bornYearsAgo = (years: number) => `${clock.now().getUTCFullYear() - years}-01-01`;
  const child = await arrive(walk, { birthdate: bornYearsAgo(9) });
  await look(child.tab, 'by everywhere’s rule');
  await child.tab.page.close();
  const { tab, person } = await arrive(walk, { birthdate: bornYearsAgo(14) });
  const { odsCode, nhsNumber, familyName, birthdate } = person;
  await chooseDetails(tab);
  await setMinimumAge(deps, { odsCode, years: 16, staffId: 'staff-1' });
  await tab.answer({ gpUserId: '1', odsCode, gpLinkageKey: 'k' });
  await look(tab, 'since a moment ago');
  await addSimulatedPatient(app.home.house, { odsCode, nhsNumber, familyName, birthdate });
  await tab.open(await asking.requestAddress(proven));
  await look(tab, 'by the surgery’s rule');
  await tab.page.close();
}
