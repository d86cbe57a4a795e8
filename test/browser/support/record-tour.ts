import { goodPassword, makeAccount } from '../../support/accounts.ts';
import { makeKnown } from '../../support/identities.ts';
import type { TestService } from '../../support/service.ts';
import type { Tour } from './tour.ts';

/** Signs in while the register does not answer, and then while it says what stands against the account. */
export async function tourRecord({ app, device, look }: Tour, _service: TestService): Promise<void> {
  const { register } = app;
  if (register === undefined) throw new Error('this tour needs a register');
  const { language } = device;
  const email = `gus-${language}@example.org`;
  const { id: accountId } = await makeAccount(app.home, { email, phone: '+447700900108', language });
  const nhsNumber = await makeKnown(app.home, { accountId, level: 'P5' });
  const service = await app.registerTestService({ scopes: ['openid', 'profile'], vectors: ['P5.Cp'] });
  const tab = await device.openTab();
  const signIn = async () => {
    await tab.open(
      await service.requestAddress({ vtr: '["P5.Cp"]', scope: 'openid profile', prompt: 'login' }),
    );
    if ((await tab.main.getAttribute('data-page')) === 'journeys/enter/choose')
      await tab.answerWith('choice', 'sign-in');
    await tab.answer({ email });
    await tab.answer({ password: goodPassword });
  };
  await app.home.house.database.pool.query(
    `UPDATE identity.record SET checked_at = checked_at - interval '25 hours' WHERE account_id = $1`,
    [accountId],
  );
  await register.setFault('token-refused', 1000);
  await signIn();
  await look(tab, 'told');
  await register.clearFaults();
  await register.addPatient({ nhsNumber, invalidated: true });
  await tab.answer();
  await look(tab, 'withdrawn');
  const entry = { nhsNumber, familyName: 'Hopper', givenNames: ['Grace'], birthdate: '1986-12-09' };
  await register.addPatient({ ...entry, deceased: true });
  await signIn();
  await look(tab, 'to be looked at');
  await register.addPatient({ nhsNumber });
  await signIn();
  await look(tab, 'of somebody else');
  await tab.page.close();
}
