import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readNhsNumber } from '#foundation/identifiers';
import { openRegister, updateContactDetails, type ContactChanges, type Register } from '#pds';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import {
  entry,
  outcome,
  startRegisterDouble,
  verifyAssertion,
  type Answering,
  type RegisterDouble,
} from '../../../test/support/register-double.ts';

const nhsNumber = readNhsNumber('9990000018') ?? assert.fail();
const idToken = 'the.id.token';
const newMobile: ContactChanges = { mobile: '07700900456' };
const changed = entry({
  meta: { versionId: '3' },
  telecom: [{ id: 'T1', system: 'phone', use: 'mobile', value: '07700900456' }],
});

let double: RegisterDouble;
let open: TestHouse;
let register: Register;
before(async () => {
  double = await startRegisterDouble();
  open = await createTestHouse({ environment: double.environment });
});
after(async () => {
  await open.close();
  await double.close();
});
beforeEach(() => {
  double.requests.length = 0;
  double.tokenRequests.length = 0;
  double.answerTokens();
  register = openRegister(open.house) ?? assert.fail();
});
const update = (more: { changes?: ContactChanges; version?: string; withinMs?: number } = {}) =>
  updateContactDetails(register, { nhsNumber, version: '2', idToken, changes: newMobile, ...more });
const patchRequests = () => double.requests.filter(({ method }) => method === 'PATCH');

describe('an update of contact details', () => {
  test('is made as the person, whose login’s token is exchanged, against the version that they saw', async () => {
    double.answer({ body: entry() }, { body: changed });
    const updated = await update();
    assert.equal(updated.outcome, 'updated');
    assert.equal(updated.outcome === 'updated' && updated.patient.version, '3');
    const form = new URLSearchParams(double.tokenRequests[0]?.body);
    assert.equal(double.tokenRequests.length, 1);
    assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:token-exchange');
    assert.equal(form.get('subject_token'), idToken);
    assert.equal(form.get('subject_token_type'), 'urn:ietf:params:oauth:token-type:id_token');
    await verifyAssertion(form.get('client_assertion') ?? '');
    const [request] = patchRequests();
    assert.equal(request?.path, '/personal-demographics/FHIR/R4/Patient/9990000018');
    assert.equal(request.headers['if-match'], 'W/"2"');
    assert.equal(request.headers['content-type'], 'application/json-patch+json');
    assert.deepEqual(JSON.parse(request.body), {
      patches: [
        {
          op: 'replace',
          path: '/telecom/0',
          value: { id: 'T1', system: 'phone', use: 'mobile', value: '07700900456' },
        },
      ],
    });
  });

  test('never uses one person’s token for another, or the application’s', async () => {
    double.answer({ body: entry() }, { body: changed }, { body: entry() }, { body: changed });
    await update();
    await updateContactDetails(register, { nhsNumber, version: '2', idToken: 'another', changes: newMobile });
    const tokens = patchRequests().map(({ headers }) => headers.authorization);
    assert.equal(new Set(tokens).size, 2);
    assert.deepEqual(
      double.tokenRequests.map(({ body }) => new URLSearchParams(body).get('subject_token')),
      [idToken, 'another'],
    );
  });

  test('that changes nothing sends nothing', async () => {
    double.answer({ body: entry() });
    assert.equal((await update({ changes: { mobile: '07700900123' } })).outcome, 'updated');
    assert.equal(patchRequests().length, 0);
  });

  test('is not made when the entry has changed, or has another number now', async () => {
    double.answer({ body: entry({ meta: { versionId: '3' } }) }, { body: entry({ id: '9990000107' }) });
    assert.deepEqual(await update(), { outcome: 'version_mismatch' });
    assert.deepEqual(await update(), { outcome: 'version_mismatch' });
    assert.equal(patchRequests().length, 0);
  });

  test('is not made in an entry that holds contact points back', async () => {
    double.answer({ body: entry({ meta: { versionId: '2', security: [{ code: 'R' }] } }) });
    assert.deepEqual(await update(), { outcome: 'refused', reason: 'rules' });
    assert.equal(patchRequests().length, 0);
  });

  test('of an e-mail address that is too short or too long for the register is refused without asking', async () => {
    for (const email of ['a@b.uk', `${'a'.repeat(78)}@example.uk${'k'.repeat(1)}`])
      assert.deepEqual(await update({ changes: { email } }), { outcome: 'refused', reason: 'rules' });
    assert.equal(double.requests.length + double.tokenRequests.length, 0);
  });

  const answers: [string, Answering, object][] = [
    ['409', outcome(409, 'RESOURCE_VERSION_MISMATCH'), { outcome: 'version_mismatch' }],
    ['403 FORBIDDEN_UPDATE', outcome(403, 'FORBIDDEN_UPDATE'), { outcome: 'refused', reason: 'rules' }],
    ['403 ACCESS_DENIED', outcome(403, 'ACCESS_DENIED'), { outcome: 'refused', reason: 'login' }],
    ['404', outcome(404, 'RESOURCE_NOT_FOUND'), { outcome: 'refused', reason: 'no_entry' }],
    ['404 invalidated', outcome(404, 'INVALIDATED_RESOURCE'), { outcome: 'refused', reason: 'no_entry' }],
    ...[
      'INVALID_UPDATE',
      'INVALID_VALUE',
      'VALIDATION_ERROR',
      'UNSUPPORTED_CHARACTERS_IN_FIELD',
      'UNSUPPORTED_VALUE',
      'ADDITIONAL_PROPERTIES',
      'TOO_FEW_VALUES_SUBMITTED',
      'TOO_MANY_VALUES_SUBMITTED',
    ].map((code): [string, Answering, object] => [
      `400 ${code}`,
      outcome(400, code),
      { outcome: 'refused', reason: 'rules' },
    ]),
    ...[
      [400, 'MISSING_VALUE'],
      [400, 'INVALID_RESOURCE_ID'],
      [400, 'UNSUPPORTED_SERVICE'],
      [401, 'ACCESS_DENIED'],
      [408, 'UNABLE_TO_CALL_SERVICE'],
      [412, 'PRECONDITION_FAILED'],
      [500, 'SERVICE_UNAVAILABLE'],
    ].map(([status, code]): [string, Answering, object] => [
      `${status} ${code}`,
      outcome(Number(status), String(code)),
      { outcome: 'unavailable', reason: 'down' },
    ]),
    [
      'a broken connection',
      (_, response) => void response.destroy(),
      { outcome: 'unavailable', reason: 'down' },
    ],
    ['another’s entry', { body: entry({ id: '9990000107' }) }, { outcome: 'unavailable', reason: 'down' }],
    [
      '429',
      outcome(429, 'TOO_MANY_REQUESTS', { headers: { 'retry-after': '0' } }),
      { outcome: 'unavailable', reason: 'busy' },
    ],
  ];
  for (const [what, answer, expected] of answers) {
    test(`that is answered with ${what} is ${Object.values(expected).join(', ')}`, async () => {
      double.answer({ body: entry() }, answer);
      assert.deepEqual(await update(), expected);
      const repeated = what.startsWith('401') ? 2 : what.startsWith('429') ? 3 : 1;
      assert.equal(patchRequests().length, repeated);
    });
  }

  test('that takes the register long is sent again when it says so, as the same request', async () => {
    const later = outcome(503, 'SERVICE_UNAVAILABLE', { headers: { 'retry-after': '1' } });
    double.answer({ body: entry() }, later, { body: changed });
    assert.equal((await update()).outcome, 'updated');
    const [first, second] = patchRequests();
    assert.equal(first?.headers['x-request-id'], second?.headers['x-request-id']);
    assert.equal(first?.body, second?.body);
    assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 990);
    const ids = new Set(double.requests.map(({ headers }) => headers['x-request-id']));
    assert.equal(ids.size, 2, 'the reading before it is another request');
  });

  test('of somebody whose login the platform does not take is refused', async () => {
    for (const error of ['invalid_grant', 'invalid_request', 'access_denied']) {
      double.answerTokens({ status: 400, body: { error } });
      assert.deepEqual(await update(), { outcome: 'refused', reason: 'login' });
    }
    double.answerTokens({ status: 401, body: { error: 'invalid_client' } });
    assert.deepEqual(await update(), { outcome: 'unavailable', reason: 'down' });
    assert.equal(double.requests.length, 0);
  });

  test('stays within the time that its caller has', async () => {
    double.answer(() => undefined);
    const began = performance.now();
    assert.deepEqual(await update({ withinMs: 400 }), { outcome: 'unavailable', reason: 'down' });
    assert.ok(performance.now() - began < 10_000);
  });
});
