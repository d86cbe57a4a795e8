import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setPhone } from '#accounts';
import { detailsOf, establishIdentity, phoneIsOn, readIdentity } from '#identity';
import type { RegisterPatient } from '#pds';
import { madeUpNhsNumber } from '../support/identities.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { exchange, registerService, type TestService } from './support/service.ts';
import { bearer, payloadOf } from './support/tokens.ts';

const scopes = 'openid profile basic_demographics profile_extended email phone gp_registration_details'.split(
  ' ',
);
let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, { scopes, vectors: ['P0.Cp', 'P5.Cp'] });
});
after(() => provider.close());

const entry = (other: Partial<RegisterPatient> = {}): RegisterPatient => ({
  nhsNumber: madeUpNhsNumber(),
  version: '3',
  familyName: "O'NEILL-García",
  givenNames: ['ANNE', 'Marie', 'Zoë'],
  birthdate: '1986-12-09',
  postcode: 'SW1A 1AA',
  gpOdsCode: 'A81001',
  contactPoints: [{ system: 'phone', use: 'mobile', value: '07700 900123' }],
  isRestricted: false,
  isDeceased: false,
  ...other,
});

/** Matches somebody to an entry, as the register gave it. */
async function match(accountId: string, patient: RegisterPatient, phone = '+447700900123'): Promise<void> {
  const details = detailsOf(patient);
  assert.ok(details);
  const established = await provider.house.transact((deps) =>
    establishIdentity(deps, { accountId, level: 'P5', details, phoneMatched: phoneIsOn(patient, phone) }),
  );
  assert.equal(established.outcome, 'established');
}

async function told(accountId: string, scope: string) {
  const back = await signIn(provider, service, { accountId }, { scope: `openid ${scope}`, vtr: '["P5.Cp"]' });
  const { status, body } = await exchange(provider, service, codeIn(back));
  assert.equal(status, 200);
  const response = await provider.fetch('/userinfo', { headers: bearer(body['access_token']) });
  const { iss: _, sub: __, aud: ___, ...userinfo } = (await response.json()) as Record<string, unknown>;
  return { idToken: payloadOf(body['id_token']), userinfo };
}

suite('somebody who was matched to an entry in the register', () => {
  test('is named as the register names them: all given names in order, in its own case', async () => {
    const person = await createPerson(provider);
    const patient = entry();
    await match(person.id, patient);
    const { idToken, userinfo } = await told(person.id, 'profile profile_extended gp_registration_details');
    const profile = {
      nhs_number: patient.nhsNumber,
      family_name: "O'NEILL-García",
      birthdate: '1986-12-09',
      identity_proofing_level: 'P5',
    };
    assert.deepEqual(userinfo, {
      ...profile,
      given_name: 'ANNE Marie Zoë',
      gp_registration_details: { gp_ods_code: 'A81001' },
    });
    for (const [claim, value] of Object.entries(profile)) assert.equal(idToken[claim], value);
    assert.equal(idToken['given_name'], undefined);
  });

  test('whose entry holds things back, or lacks them, is told of without these claims', async () => {
    for (const lacking of [
      { givenNames: [], isRestricted: true, postcode: undefined, gpOdsCode: undefined, contactPoints: [] },
      { givenNames: [''], gpOdsCode: 'V81999', contactPoints: [] },
    ]) {
      const person = await createPerson(provider);
      await match(person.id, entry(lacking));
      const { userinfo } = await told(
        person.id,
        'basic_demographics profile_extended gp_registration_details phone',
      );
      assert.deepEqual(userinfo, {
        family_name: "O'NEILL-García",
        birthdate: '1986-12-09',
        identity_proofing_level: 'P5',
        phone_number: '+447700900123',
        phone_number_verified: true,
        phone_number_pds_matched: false,
      });
    }
  });

  test('keeps a phone that once matched, though the entry or the login has another by now', async () => {
    const person = await createPerson(provider);
    const patient = entry();
    await match(person.id, patient);
    assert.equal((await told(person.id, 'phone')).userinfo['phone_number_pds_matched'], true);
    await match(person.id, { ...patient, contactPoints: [] });
    await provider.house.transact((deps) => setPhone(deps, { accountId: person.id, phone: '+447700900999' }));
    const { userinfo } = await told(person.id, 'phone');
    assert.deepEqual(userinfo, {
      phone_number: '+447700900999',
      phone_number_verified: true,
      phone_number_pds_matched: true,
    });
  });

  test('has nothing of their address told to anybody', async () => {
    const person = await createPerson(provider);
    await match(person.id, entry({ postcode: 'TD15 1AA' }));
    const identity = await readIdentity(provider.house.deps, person.id);
    assert.ok(identity.level === 'P5');
    assert.deepEqual(identity.details.homeNations, ['england', 'scotland']);
    const all = await told(person.id, scopes.filter((scope) => scope !== 'basic_demographics').join(' '));
    assert.doesNotMatch(JSON.stringify(all), /TD15|scotland|homeNations/iu);
  });
});
