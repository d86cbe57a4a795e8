import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readDecisions, readIdentity } from '#identity';
import { refuseRequest } from '#openid';
import { registrableVectors } from '#partners';
import { gpCredentials, madeUpNhsNumber, makeKnown } from '../support/identities.ts';
import type { TestBrowser } from './support/browser.ts';
import {
  askUserinfo,
  backOf,
  changeEntry,
  createKnownPerson,
  everything,
  grace,
  signInAs,
  startProviderWithRegister,
  tellService,
  type KnownPerson,
  type ProviderWithRegister,
  type Told,
} from './support/known-people.ts';
import { createPerson, goToEntry, openBrowser } from './support/people.ts';
import { refresh, registerService, type TestService } from './support/service.ts';
import { visitsOf, type Visits } from './support/visits.ts';

let provider: ProviderWithRegister;
let service: TestService;
let visits: Visits;
before(async () => {
  provider = await startProviderWithRegister();
  service = await registerService(provider, {
    scopes: ['openid', 'profile', 'profile_extended', 'gp_registration_details', 'phone', 'email'],
    vectors: [...registrableVectors],
  });
  visits = visitsOf(provider, service);
});
after(() => provider.close());

const signIn = ({ account }: KnownPerson, browser = openBrowser(provider)) =>
  signInAs(provider, service, { accountId: account.id, browser });
const told = async (person: KnownPerson) => tellService(provider, service, backOf(await signIn(person)));
const standingOf = async ({ account }: KnownPerson) =>
  (await readIdentity(provider.house.deps, account.id)).standing;
const decided = async ({ account }: KnownPerson) =>
  (await readDecisions(provider.house.deps, account.id)).map(({ outcome, reasons }) => [outcome, ...reasons]);

suite('at every sign-in of somebody who is known', () => {
  test('services are told what the register says by now', async () => {
    const person = await createKnownPerson(provider, { phoneMatched: true });
    await changeEntry(provider, person, {
      familyName: 'Murray',
      givenNames: ['Grace', 'Brewster'],
      birthdate: '1986-12-10',
      gpOdsCode: 'Z99202',
    });
    const { idToken, userinfo } = await told(person);
    const facts = { family_name: 'Murray', birthdate: '1986-12-10', identity_proofing_level: 'P5' };
    for (const [name, value] of Object.entries(facts))
      assert.deepEqual([idToken[name], userinfo[name]], [value, value], name);
    assert.equal(userinfo['given_name'], 'Grace Brewster');
    assert.deepEqual(userinfo['gp_registration_details'], { gp_ods_code: 'Z99202' });
    assert.equal(userinfo['phone_number_pds_matched'], true);
    assert.deepEqual(await decided(person), [['unchanged', 'details_changed']]);
  });

  test('a practice and an address that the register holds back are not told any more', async () => {
    const person = await createKnownPerson(provider);
    await changeEntry(provider, person, { restricted: true });
    const { userinfo } = await told(person);
    assert.equal(userinfo['family_name'], 'Hopper');
    assert.equal(userinfo['gp_registration_details'], undefined);
  });

  test('a number that took the place of theirs takes it in every token; GP credentials stay', async () => {
    const person = await createKnownPerson(provider, { level: 'P9', withGpCredentials: true });
    const next = await provider.register.addPatient(grace);
    await changeEntry(provider, person, { supersededBy: next });
    const { idToken, accessToken, userinfo } = await told(person);
    assert.deepEqual(
      [idToken['nhs_number'], accessToken['nhs_number'], accessToken['requesting_patient']],
      [next, next, next],
    );
    assert.equal(userinfo['nhs_number'], next);
    const identity = await readIdentity(provider.house.deps, person.account.id);
    assert.ok(identity.level === 'P9');
    assert.deepEqual(identity.gpCredentials, gpCredentials);
    assert.deepEqual(await decided(person), [['unchanged', 'nhs_number_superseded']]);
    const other = await createPerson(provider);
    await assert.rejects(makeKnown(provider, { accountId: other.id, level: 'P5', nhsNumber: next }));
  });

  test('the register is read once: not again silently, nor on the pages of the same sign-in', async () => {
    const person = await createKnownPerson(provider);
    const browser = openBrowser(provider);
    await signIn(person, browser);
    await changeEntry(provider, person, { familyName: 'Murray' });
    assert.equal(await visits.askSilently(browser, everything), 'code');
    const familyName = async () => {
      const identity = await readIdentity(provider.house.deps, person.account.id);
      return identity.level === 'P0' ? undefined : identity.details.familyName;
    };
    assert.equal(await familyName(), 'Hopper');
    provider.clock.advance(59 * 60);
    assert.equal(await visits.askSilently(browser, everything), 'code');
    assert.equal(await familyName(), 'Hopper');
    provider.clock.advance(2 * 60);
    assert.equal(await visits.askSilently(browser, everything), 'code');
    assert.equal(await familyName(), 'Murray');
  });
});

const stops = [
  { what: 'was withdrawn', entry: { invalidated: true }, standing: 'withdrawn', reason: 'entry_withdrawn' },
  { what: 'tells of a death', entry: { deceased: true }, standing: 'deceased', reason: 'entry_deceased' },
] as const;
for (const { what, entry, standing, reason } of stops) {
  suite(`somebody whose entry ${what}`, () => {
    let person: KnownPerson;
    let tokens: Told['tokens'];
    let elsewhere: TestBrowser;
    before(async () => {
      elsewhere = openBrowser(provider);
      person = await createKnownPerson(provider);
      ({ tokens } = await told(person));
      await signIn(person, elsewhere);
      await changeEntry(provider, person, entry);
    });

    test('is told so, and goes back to the service with access_denied, which does not say why', async () => {
      const here = openBrowser(provider);
      const request = await signIn(person, here);
      assert.deepEqual([request.prompt, 'standing' in request && request.standing], ['record', standing]);
      assert.ok('uid' in request);
      const refusal = { uid: request.uid, error: 'access_denied', description: 'AccountDisabled' } as const;
      const { address } = await provider.house.transact((deps) => refuseRequest(deps, refusal));
      const { searchParams } = (await goToEntry(here, address)).address;
      assert.deepEqual(
        ['error', 'error_description', 'code'].map((name) => searchParams.get(name)),
        ['access_denied', 'AccountDisabled', null],
      );
      assert.deepEqual(await decided(person), [['stopped', reason]]);
    });

    test('is signed out everywhere, and services read and refresh nothing any more', async () => {
      assert.equal(await visits.askSilently(elsewhere, everything), 'sso_login_required');
      assert.equal((await askUserinfo(provider, tokens.access)).status, 401);
      const { status, body } = await refresh(provider, service, tokens.refresh);
      assert.deepEqual([status, body['error']], [400, 'invalid_grant']);
    });

    test('stays stopped at the next sign-in, which is written down once', async () => {
      assert.equal((await signIn(person)).prompt, 'record');
      assert.equal((await decided(person)).length, 1);
    });

    test('signs in again once the register says that all is well', async () => {
      await changeEntry(provider, person, {});
      assert.equal((await told(person)).idToken['family_name'], 'Hopper');
      assert.equal(await standingOf(person), undefined);
      assert.deepEqual((await decided(person))[0], ['unchanged', 'standing_restored']);
      assert.equal((await askUserinfo(provider, tokens.access)).status, 401);
    });
  });
}

suite('a number that took the place of somebody’s', () => {
  test('is not theirs while another account has it; the other’s stays as it is', async () => {
    const [person, other] = [await createKnownPerson(provider), await createKnownPerson(provider)];
    await changeEntry(provider, person, { supersededBy: other.nhsNumber });
    const request = await signIn(person);
    assert.ok('standing' in request);
    assert.deepEqual([request.prompt, request.standing], ['record', 'number_conflict']);
    assert.deepEqual(await decided(person), [['stopped', 'nhs_number_taken']]);
    assert.equal((await told(other)).userinfo['nhs_number'], other.nhsNumber);
    const identity = await readIdentity(provider.house.deps, person.account.id);
    assert.ok(identity.level === 'P5');
    assert.equal(identity.details.nhsNumber, person.nhsNumber);
    await changeEntry(provider, person, {});
    assert.equal((await told(person)).userinfo['nhs_number'], person.nhsNumber);
  });

  for (const { whom, entry } of [
    { whom: 'was born on another day', entry: { birthdate: '1986-12-19' } },
    { whom: 'has no name of theirs', entry: { familyName: 'Lovelace', givenNames: ['Ada'] } },
  ]) {
    test(`is not theirs if it is of somebody who ${whom}`, async () => {
      const person = await createKnownPerson(provider);
      const stranger = await provider.register.addPatient({ ...grace, ...entry });
      await changeEntry(provider, person, { supersededBy: stranger });
      const request = await signIn(person);
      assert.equal('standing' in request && request.standing, 'number_conflict');
      assert.deepEqual(await decided(person), [['stopped', 'details_differ']]);
      const identity = await readIdentity(provider.house.deps, person.account.id);
      assert.ok(identity.level === 'P5');
      assert.deepEqual(
        [identity.details.nhsNumber, identity.details.familyName, identity.details.birthdate],
        [person.nhsNumber, grace.familyName, grace.birthdate],
      );
    });
  }

  test('is one account’s, also when two that were both replaced by it sign in at the same moment', async () => {
    const [one, two] = [await createKnownPerson(provider), await createKnownPerson(provider)];
    const next = await provider.register.addPatient(grace);
    for (const person of [one, two]) await changeEntry(provider, person, { supersededBy: next });
    const prompts = (await Promise.all([signIn(one), signIn(two)])).map(({ prompt }) => prompt);
    assert.deepEqual(prompts.toSorted(), ['record', undefined]);
  });
});

test('with prompt=none a service hears that the person has to be asked, not why', async () => {
  const person = await createKnownPerson(provider);
  const browser = openBrowser(provider);
  await signIn(person, browser);
  // The session lives an hour without use.
  provider.clock.advance(40 * 60);
  assert.equal(await visits.askSilently(browser, everything), 'code');
  await changeEntry(provider, person, { deceased: true });
  provider.clock.advance(30 * 60);
  assert.equal(await visits.askSilently(browser, everything), 'interaction_required');
  assert.equal(await visits.askSilently(browser, everything), 'sso_login_required');
});

test('nobody becomes somebody else by an entry with another name and another date of birth under their number', async () => {
  const person = await createKnownPerson(provider);
  await changeEntry(provider, person, {
    familyName: 'Lovelace',
    givenNames: ['Ada'],
    birthdate: '1985-12-10',
  });
  const request = await signIn(person);
  assert.equal('standing' in request && request.standing, 'number_conflict');
  await changeEntry(provider, person, { familyName: 'Lovelace', givenNames: ['Ada'] });
  assert.equal((await told(person)).idToken['family_name'], 'Lovelace');
});

test('a number that is none in the register stops its account', async () => {
  const account = await createPerson(provider);
  const nhsNumber = await makeKnown(provider, {
    accountId: account.id,
    level: 'P9',
    nhsNumber: madeUpNhsNumber(),
  });
  const request = await signIn({ account, nhsNumber });
  assert.equal('standing' in request && request.standing, 'withdrawn');
});
