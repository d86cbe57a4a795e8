import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import type { Account } from '#accounts';
import { registrableVectors } from '#partners';
import { refuseRequest } from '#openid';
import { makeKnown } from '../support/identities.ts';
import {
  agreeToShare,
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  proveFactors,
} from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { authorizeAddress, registerService, type TestService } from './support/service.ts';
import { visitsOf, type Visits } from './support/visits.ts';

let provider: TestProvider;
let service: TestService;
let visits: Visits;
let nobody: Account;
let claimed: Account;
let proven: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, {
    scopes: ['openid', 'profile', 'email'],
    vectors: [...registrableVectors],
  });
  visits = visitsOf(provider, service);
  [nobody, claimed, proven] = [
    await createPerson(provider),
    await createPerson(provider),
    await createPerson(provider),
  ];
  await makeKnown(provider, { accountId: claimed.id, level: 'P5' });
  await makeKnown(provider, { accountId: proven.id, level: 'P9' });
});
after(() => provider.close());

const scope = 'openid';
const ask = (vtr: readonly string[]) => ({ scope, vtr: JSON.stringify(vtr) });

/** @returns what the ID token says of how somebody signed in */
async function answered(person: Account, vtr: readonly string[], factors: ('Cp' | 'Cd')[] = ['Cp', 'Cd']) {
  const browser = openBrowser(provider);
  const request = await visits.ask(browser, ask(vtr));
  const proof = { accountId: person.id, factors };
  let arrival = await goToEntry(browser, await proveFactors(provider, request, proof));
  if (arrival.address.pathname === '/enter')
    arrival = await goToEntry(browser, await agreeToShare(provider, await visits.ask(browser, ask(vtr))));
  return (await visits.idTokenAt(arrival.address))['vot'];
}

suite('the vector that is answered', () => {
  test('is the one that was asked for, at each level with each way to sign in', async () => {
    for (const level of ['P0', 'P5', 'P9'])
      for (const factors of ['Cp', 'Cp.Cd'])
        assert.equal(await answered(proven, [`${level}.${factors}`]), `${level}.${factors}`);
    assert.equal(await answered(claimed, ['P5.Cp']), 'P5.Cp');
  });

  test('is the strongest that is satisfied, and never names more than the person is known by', async () => {
    const all = ['P0.Cp', 'P5.Cp', 'P5.Cp.Cd', 'P9.Cp.Cd'];
    assert.equal(await answered(proven, all), 'P9.Cp.Cd');
    assert.equal(await answered(claimed, all), 'P5.Cp.Cd');
    assert.equal(await answered(nobody, all), 'P0.Cp');
  });

  test('leaves out the category that the request left out', async () => {
    assert.equal(await answered(proven, ['P9']), 'P9');
    assert.equal(await answered(proven, ['Cp.Cd']), 'Cp.Cd');
  });

  test('is a P5 vector for a P9 person of whom P5 is asked, while the level is told truly', async () => {
    const browser = openBrowser(provider);
    const asked = { scope: 'openid profile', vtr: '["P5.Cp.Cd"]' };
    const request = await visits.ask(browser, asked);
    const factors = ['Cp', 'Cd'] as const;
    let arrival = await goToEntry(
      browser,
      await proveFactors(provider, request, { accountId: proven.id, factors }),
    );
    arrival = await goToEntry(browser, await agreeToShare(provider, await visits.ask(browser, asked)));
    const idToken = await visits.idTokenAt(arrival.address);
    assert.deepEqual([idToken['vot'], idToken['identity_proofing_level']], ['P5.Cp.Cd', 'P9']);
  });

  test('without vtr is P9 with a password and a device', async () => {
    const browser = openBrowser(provider);
    const request = await visits.ask(browser, { scope, vtr: undefined });
    assert.deepEqual(request.missing, ['Cp', 'Cd']);
    const proof = { accountId: proven.id, factors: ['Cp', 'Cd'] as const };
    const arrival = await goToEntry(browser, await proveFactors(provider, request, proof));
    assert.equal((await visits.idTokenAt(arrival.address))['vot'], 'P9.Cp.Cd');
  });
});

suite('somebody who is not known well enough', () => {
  async function signedIn(person: Account, factors: ('Cp' | 'Cd')[] = ['Cp']) {
    const browser = openBrowser(provider);
    const request = await visits.ask(browser, ask(['P0.Cp']));
    const proof = { accountId: person.id, factors };
    const arrival = await goToEntry(browser, await proveFactors(provider, request, proof));
    if (arrival.address.pathname === '/enter')
      await goToEntry(browser, await agreeToShare(provider, await visits.ask(browser, ask(['P0.Cp']))));
    return browser;
  }

  test('has to reach the lowest level that is asked for, and nothing else once signed in', async () => {
    for (const [person, vtr, level] of [
      [nobody, ['P9.Cp'], 'P9'],
      [nobody, ['P9.Cp', 'P5.Cp'], 'P5'],
      [claimed, ['P9.Cp'], 'P9'],
    ] as const) {
      const request = await visits.ask(await signedIn(person), ask(vtr));
      assert.deepEqual([request.prompt, request.missingLevel, request.missing], ['identity', level, []]);
    }
  });

  test('signs in as far as is asked for before anything is said of levels', async () => {
    const browser = await signedIn(nobody);
    const request = await visits.ask(browser, ask(['P9.Cp.Cd']));
    assert.deepEqual([request.prompt, request.missing], ['login', ['Cd']]);
    const proof = { accountId: nobody.id, factors: ['Cd'] as const };
    const next = await goToEntry(browser, await proveFactors(provider, request, proof));
    assert.equal(next.address.pathname, '/enter');
    assert.equal((await visits.ask(browser, ask(['P9.Cp.Cd']))).prompt, 'identity');
  });

  test('goes back to the service with access_denied, and can sign in where less is asked for', async () => {
    const browser = await signedIn(nobody);
    const { uid } = await visits.ask(browser, ask(['P5.Cp']));
    const refusal = { uid, error: 'access_denied', description: 'IdentityLevelNotReached' } as const;
    const { address } = await provider.house.transact((deps) => refuseRequest(deps, refusal));
    const { searchParams } = (await goToEntry(browser, address)).address;
    assert.deepEqual(
      [searchParams.get('error'), searchParams.get('error_description'), searchParams.get('code')],
      ['access_denied', 'IdentityLevelNotReached', null],
    );
    assert.equal(await visits.askSilently(browser, ask(['P0.Cp'])), 'code');
  });

  test('is not shown anything with prompt=none: interaction_required', async () => {
    const browser = await signedIn(nobody);
    assert.equal(await visits.askSilently(browser, ask(['P9.Cp'])), 'interaction_required');
    assert.equal(await visits.askSilently(browser, ask(['P9.Cp.Cd'])), 'sso_login_required');
  });

  test('is let in by the same session once they are known', async () => {
    const person = await createPerson(provider);
    const browser = await signedIn(person);
    assert.equal((await visits.ask(browser, ask(['P9.Cp']))).prompt, 'identity');
    await makeKnown(provider, { accountId: person.id, level: 'P9' });
    const back = await goToEntry(browser, authorizeAddress(service, ask(['P9.Cp'])));
    assert.equal((await visits.idTokenAt(back.address))['vot'], 'P9.Cp');
  });

  test('goes on in the same request once they are known, without another factor', async () => {
    const person = await createPerson(provider);
    const browser = await signedIn(person);
    const request = await visits.ask(browser, ask(['P9.Cp']));
    await makeKnown(provider, { accountId: person.id, level: 'P9' });
    const proof = { accountId: person.id, factors: [] };
    const back = await goToEntry(browser, await proveFactors(provider, request, proof));
    assert.equal((await visits.idTokenAt(back.address))['vot'], 'P9.Cp');
  });

  test('is not let in by saying that they are done', async () => {
    const person = await createPerson(provider);
    const browser = await signedIn(person);
    const request = await visits.ask(browser, ask(['P9.Cp']));
    const proof = { accountId: person.id, factors: [] };
    const back = await goToEntry(browser, await proveFactors(provider, request, proof));
    assert.equal(back.address.pathname, '/enter');
    assert.equal((await visits.ask(browser, ask(['P9.Cp']))).prompt, 'identity');
  });
});

suite('agreeing, and being known better afterwards', () => {
  const asked = { scope: 'openid profile email', vtr: '["P0.Cp"]' };

  test('is asked anew, for what is new at the new level', async () => {
    const person = await createPerson(provider);
    const browser = await visits.signedIn(person, asked);
    assert.equal(await visits.askSilently(browser, asked), 'code');
    await makeKnown(provider, { accountId: person.id, level: 'P5' });
    assert.equal(await visits.askSilently(browser, asked), 'consent_required');
    assert.equal(await visits.askSilently(browser, { ...asked, scope: 'openid email' }), 'code');
    const request = await visits.ask(browser, asked);
    assert.deepEqual(
      [request.prompt, request.newItems, request.sharedItems],
      ['consent', ['nhs_number', 'family_name', 'birthdate'], ['identity_proofing_level', 'email']],
    );
    const back = await goToEntry(browser, await agreeToShare(provider, request));
    codeIn(back.address);
    assert.equal(await visits.askSilently(browser, asked), 'code');
  });

  test('what was shown at the lower level is agreed to at that level, whatever happens until the button is pressed', async () => {
    const person = await createPerson(provider);
    const browser = openBrowser(provider);
    const login = await visits.ask(browser, asked);
    await goToEntry(browser, await proveFactors(provider, login, { accountId: person.id }));
    const shown = await visits.ask(browser, asked);
    await makeKnown(provider, { accountId: person.id, level: 'P9' });
    const arrival = await goToEntry(browser, await agreeToShare(provider, shown));
    assert.equal(arrival.address.pathname, '/enter');
    const again = await visits.ask(browser, asked);
    assert.deepEqual(again.newItems, ['nhs_number', 'family_name', 'birthdate']);
  });
});

test('where nothing makes anybody known, more than P0 is refused at once, and the trust mark says so', async () => {
  const production = await startProvider({
    environment: {
      BEVAN_MODE: 'production',
      BEVAN_ISSUER: 'https://login.example',
      BEVAN_TRUSTED_PROXIES: '127.0.0.1',
      DATABASE_URL: provider.databaseUrl,
      BEVAN_MASTER_KEY: randomBytes(32).toString('base64'),
      BEVAN_SUPPORT_CONTACT: 'support@login.example',
      BEVAN_EMAIL_SENDER: 'smtp',
      BEVAN_SMTP_URL: 'smtp://127.0.0.1:9',
      BEVAN_SMTP_FROM: 'Login <login@login.example>',
      BEVAN_SMS_SENDER: 'notify',
      BEVAN_NOTIFY_API_KEY: `key-${randomUUID()}-${randomUUID()}`,
      BEVAN_NOTIFY_SMS_TEMPLATE: randomUUID(),
    },
  });
  const trustMark = await production.fetch('/trustmark/login.example');
  assert.deepEqual(((await trustMark.json()) as { P: string[] }).P, ['P0']);
  const strict = await registerService(production, { vectors: [...registrableVectors] });
  const refused = await goToEntry(
    openBrowser(production),
    authorizeAddress(strict, { vtr: '["P9.Cp.Cd","P5.Cp"]' }),
  );
  const { searchParams } = refused.address;
  assert.deepEqual(
    [searchParams.get('error'), searchParams.get('error_description')],
    ['invalid_request', 'vtr: P9.Cp.Cd is not supported'],
  );
  await production.close();
});
