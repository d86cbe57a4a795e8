import { goodPassword, makeAccount } from '../../support/accounts.ts';
import { addToRegister, matched, registerAskingService, registerOf } from '../../support/proof-walks.ts';
import type { Tour } from './tour.ts';

/** Matches somebody's details to the register, with every mistake and through every outcome on the way. */
export async function tourProveIdentity({ app, device, look }: Tour): Promise<void> {
  const { language } = device;
  const email = `hal-${language}@example.org`;
  await makeAccount(app.home, { email, phone: '+447700900108', language });
  const asking = await registerAskingService(app);
  const person = { familyName: 'Featherstonehaugh-Cholmondeley', givenNames: ['Bartholomew'] };
  const { nhsNumber, birthdate, postcode } = await addToRegister(app, person);
  const tab = await device.openTab();
  const change = (path: string) => tab.follow(tab.main.locator(`a[href$="/${path}"]`));

  await tab.open(await asking.requestAddress({ ...matched, prompt: 'login', vtr: '["P9.Cp"]' }));
  if ((await tab.main.getAttribute('data-page')) !== 'journeys/sign-in/enter-email')
    await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email });
  await tab.answer({ password: goodPassword });
  await look(tab, 'towards proof');
  await tab.open(await asking.requestAddress(matched));
  await look(tab, 'towards a match');
  await tab.answer();

  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.choose('knows', 'yes');
  await tab.answer({ nhsNumber: 'QQ 12 34 56 C' });
  await look(tab, 'another number');
  await tab.main.locator('details summary').click();
  await look(tab, 'with help');
  await tab.answerWith('knows', 'no');
  await look(tab, 'asked');
  await tab.answer({ firstName: 'B', middleName: '7', lastName: '' });
  await look(tab, 'all wrong');
  await tab.answer({ firstName: 'Bartholomew', middleName: '', lastName: person.familyName });
  await look(tab, 'asked');
  await tab.answer({ day: '17' });
  await look(tab, 'parts are missing');
  const [year = '', month = '', day = ''] = birthdate.split('-');
  await tab.answer({ day, month, year: '80' });
  await look(tab, 'year too short');
  await tab.answer({ day, month, year: '2999' });
  await look(tab, 'in the future');
  await tab.answer({ day, month, year });
  await look(tab, 'asked');
  await tab.answer({ postcode: 'LS1' });
  await look(tab, 'malformed');
  for (const elsewhere of ['BT1 5GS', 'EH1 1YZ']) {
    await tab.answer({ postcode: elsewhere });
    await look(tab, 'told');
    await tab.page.goBack();
  }
  await tab.answer({ postcode: 'M1 1AE' });
  await look(tab, 'by name');

  await tab.answer();
  await look(tab, 'the first time');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('choice', 'switch');
  await tab.answer({ nhsNumber });
  await look(tab, 'by number');
  await tab.answer();
  await tab.answerWith('choice', 'switch');
  await registerOf(app).setFault('too-many', 20);
  await tab.answer();
  await look(tab, 'by name');
  await registerOf(app).clearFaults();
  await tab.follow(tab.main.locator('a.nhsuk-button'));
  app.home.clock.advance(60);
  await tab.answer();
  await look(tab, 'the third time');
  await tab.answerWith('choice', 'check');
  await tab.answer();
  await look(tab, 'told');
  app.home.clock.advance(16 * 60);
  await tab.reload();

  const other = await device.openTab();
  await other.open(await asking.requestAddress(matched));
  await change('postcode');
  await tab.answer({ postcode });
  await tab.answer();
  await look(tab, 'by name');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('choice', 'no');
  await look(tab, 'told');
  await tab.answer();
  await tab.answer();
  await tab.answerWith('choice', 'partly');
  await look(tab, 'told');
  await tab.answer();
  await look(tab, 'asked to share');

  await other.answer();
  await other.choose('knows', 'yes');
  await other.answer({ nhsNumber });
  await other.answer({ day, month, year });
  await other.answer({ postcode });
  await other.answer();
  await look(other, 'told');
  await other.page.close();
  await tab.open(await asking.requestAddress({ ...matched, vtr: '["P9.Cp"]' }));
  await look(tab, 'matched, and not proven');
  app.home.clock.reset();
  await tab.page.close();
}
