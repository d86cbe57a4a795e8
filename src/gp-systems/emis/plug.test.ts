import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { newOdsCode, newPatient } from '../../../test/support/gp-systems.ts';
import { spyOn } from '../../../test/support/supplier-spy.ts';
import { openEmis } from './client.ts';

const emis = openEmis({ url: 'https://emis.example/pfs', applicationId: 'an-id', version: '2.1.0.0' });
const odsCode = newOdsCode();
const patient = newPatient(odsCode);
const session = [201, '{"EndUserSessionId":"a-session"}'] as const;
const key = '{"IdentityId":7,"AccountId":"0012345678","LinkageKey":"tTALtBP3rLR16"}';
const linkage = {
  outcome: 'linkage',
  details: { odsCode, accountId: '0012345678', linkageKey: 'tTALtBP3rLR16' },
};
const details = {
  odsCode,
  accountId: '0012345678',
  linkageKey: 'tTALtBP3rLR16',
  familyName: 'Example',
  birthdate: '1980-02-29',
};

/** The published list: status and internal code, and the code that stands for it here. */
const published = [
  ['4031030', 101],
  ['4001001', 101],
  ['4001401', 101],
  ['4001552', 102],
  ['4001553', 104],
  ['4001554', 102],
  ['4001555', 105],
  ['4001105', 106],
  ['4001106', 103],
  ['4001107', 102],
  ['4001108', 105],
  ['4001109', 103],
  ['4041104', 103],
  ['4041551', 103],
  ['4091110', 105],
] as const;

suite('EMIS', () => {
  for (const status of [201, 409])
    test(`tells a key with status ${status}`, async () => {
      const { ask, asked } = spyOn(session, [status, key]);
      assert.deepEqual(await emis.fetchLinkage(ask, patient), linkage);
      assert.deepEqual(
        asked.map(({ url }) => url),
        ['https://emis.example/pfs/sessions/endusersession', 'https://emis.example/pfs/me/verifications'],
      );
      assert.deepEqual(JSON.parse(asked[1]?.body ?? ''), {
        NationalPracticeCode: odsCode,
        NhsNumber: patient.nhsNumber,
        Token: patient.identityToken,
      });
    });

  test('that has a conflict without a key in it has told none', async () => {
    const refused = await emis.fetchLinkage(
      spyOn(session, [409, '{"InternalResponseCode":-1110}']).ask,
      patient,
    );
    assert.deepEqual(refused, { outcome: 'refused', code: 105, reason: 'conflict' });
    const odd = await emis.fetchLinkage(spyOn(session, [409, 'Conflict']).ask, patient);
    assert.deepEqual(odd, { outcome: 'unreadable' });
  });

  test('is asked to make a user once, never again by itself, and then for the key', async () => {
    const { ask, asked } = spyOn(session, [201, '{}'], [201, key]);
    assert.deepEqual(await emis.createLinkage(ask, patient), linkage);
    assert.deepEqual(
      asked.map(({ operation, isRepeatable }) => [operation, isRepeatable]),
      [
        ['sessions/endusersession', true],
        ['users/nhs', false],
        ['me/verifications', true],
      ],
    );
    assert.deepEqual(JSON.parse(asked[1]?.body ?? ''), {
      NationalPracticeCode: odsCode,
      NhsNumber: patient.nhsNumber,
      EmailAddress: patient.email,
    });
  });

  test('is not asked for a user without an e-mail address, or for a key without a token', async () => {
    const { ask, asked } = spyOn(session, session, session);
    for (const lacking of [{ email: undefined }, { identityToken: undefined }])
      assert.deepEqual(await emis.createLinkage(ask, { ...patient, ...lacking }), {
        outcome: 'refused',
        code: 106,
        reason: 'invalid_details',
      });
    assert.ok(asked.every(({ operation }) => operation === 'sessions/endusersession'));
  });

  test('is asked to connect once, which e-mails the patient, and never to verify', async () => {
    const opened =
      '{"SessionId":"s","ApplicationLinkLevel":"Linked","UserPatientLinks":[{"UserPatientLinkToken":"t","AssociationType":"Self"}]}';
    const whose = `{"PatientIdentifiers":[{"IdentifierType":"NhsNumber","IdentifierValue":"${patient.nhsNumber}"}]}`;
    const made = spyOn(session, [201, '{"AccessIdentityGuid":"a-guid"}'], [200, opened], [200, whose]);
    const expected = { outcome: 'connected', connectionToken: 'a-guid', nhsNumbers: [patient.nhsNumber] };
    assert.deepEqual(await emis.register(made.ask, details), expected);
    const connecting = made.asked.filter(({ operation }) => operation === 'me/applications');
    assert.equal(connecting.length, 1);
    assert.equal(connecting[0]?.isRepeatable, false);
    assert.deepEqual(JSON.parse(connecting[0].body ?? ''), {
      Surname: 'Example',
      DateOfBirth: '1980-02-29T00:00:00',
      LinkageDetails: { AccountId: '0012345678', NationalPracticeCode: odsCode, LinkageKey: 'tTALtBP3rLR16' },
    });
    const later = spyOn(session, [200, opened], [200, whose]);
    await emis.verifyConnection(later.ask, { odsCode, connectionToken: 'a-guid' });
    assert.ok(later.asked.every(({ operation }) => operation !== 'me/applications'));
  });

  test('that restricts a connection, because the key was made anew, does not let it in', async () => {
    const restricted = '{"SessionId":"s","ApplicationLinkLevel":"Restricted","UserPatientLinks":[]}';
    const { ask } = spyOn(session, [200, restricted]);
    assert.deepEqual(await emis.verifyConnection(ask, { odsCode, connectionToken: 'a-guid' }), {
      outcome: 'refused',
      code: 102,
      reason: 'account_not_valid',
    });
  });

  for (const [listed, code] of published)
    test(`refuses with ${listed}, which is ${code} whichever sign its internal code has`, async () => {
      const [status, internal] = [Number(listed.slice(0, 3)), Number(listed.slice(3))];
      for (const sign of [1, -1]) {
        const { ask } = spyOn(session, [status, JSON.stringify({ InternalResponseCode: sign * internal })]);
        const refused = await emis.register(ask, details);
        assert.equal(refused.outcome === 'refused' && refused.code, code);
      }
    });

  test('says that a key can be made when it knows no online user', async () => {
    const { ask } = spyOn(session, [404, '{"InternalResponseCode":1104}']);
    assert.deepEqual(await emis.fetchLinkage(ask, patient), {
      outcome: 'refused',
      code: 199,
      reason: 'no_key_yet',
    });
  });

  test('says in words alone which value has a wrong length', async () => {
    for (const [message, code] of [
      ['AccountId length outside of valid range', 110],
      ['LinkageKey length outside of valid range', 111],
      ['Surname length outside of valid range', 106],
    ] as const)
      for (const body of [{ Message: message }, { Exceptions: [{ Message: message }] }]) {
        const refused = await emis.register(spyOn(session, [400, JSON.stringify(body)]).ask, details);
        assert.equal(refused.outcome === 'refused' && refused.code, code);
      }
  });

  test('that does not know the application refuses this platform, not the patient', async () => {
    assert.deepEqual(await emis.fetchLinkage(spyOn([401, 'Unauthorised']).ask, patient), {
      outcome: 'refused',
      code: 109,
      reason: 'invalid_provider',
    });
  });

  test('that tells a key which can be none, or no NHS number, is not understood', async () => {
    for (const told of [
      '{"AccountId":"1"}',
      '{"AccountId":1,"LinkageKey":"k"}',
      '{"AccountId":"1","LinkageKey":""}',
      '[]',
    ])
      assert.deepEqual(await emis.fetchLinkage(spyOn(session, [201, told]).ask, patient), {
        outcome: 'unreadable',
      });
    const opened =
      '{"SessionId":"s","UserPatientLinks":[{"UserPatientLinkToken":"t","AssociationType":"Self"}]}';
    const wrong = '{"PatientIdentifiers":[{"IdentifierType":"NhsNumber","IdentifierValue":"1234567890"}]}';
    const { ask } = spyOn(session, [200, opened], [200, wrong]);
    assert.deepEqual(await emis.verifyConnection(ask, { odsCode, connectionToken: 'a' }), {
      outcome: 'unreadable',
    });
  });
});
