import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readNhsNumber } from '#foundation/identifiers';
import { openRegister, readPatient, tracePatient, type Register } from '#pds';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import {
  entry,
  found,
  startRegisterDouble,
  verifyAssertion,
  type RegisterDouble,
} from '../../../test/support/register-double.ts';

const ada = { familyName: 'Example', givenName: 'Ada', birthdate: '1985-03-12', postcode: 'LS1 6AE' };
const adasNumber = readNhsNumber('9990000018') ?? assert.fail();

let double: RegisterDouble;
let open: TestHouse;
let register: Register;
before(async () => {
  double = await startRegisterDouble();
  open = await createTestHouse({ environment: { ...double.environment, BEVAN_PDS_ODS_CODE: 'Y12345' } });
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

describe('the client of the national register', () => {
  test('finds the one entry that fits, and reads it', async () => {
    double.answer({ body: found(entry()) });
    const trace = await tracePatient(register, ada);
    assert.deepEqual(trace, {
      outcome: 'match',
      patient: {
        nhsNumber: '9990000018',
        version: '2',
        familyName: 'Example',
        givenNames: ['Ada', 'May'],
        birthdate: '1985-03-12',
        postcode: 'LS1 6AE',
        gpOdsCode: 'A20047',
        contactPoints: [
          { id: 'T1', system: 'phone', use: 'mobile', value: '07700900123' },
          { id: 'T2', system: 'email', use: 'home', value: 'ada@people.example' },
        ],
        isRestricted: false,
        isDeceased: false,
      },
    });
  });

  test('searches so that one entry and no other is likely to fit', async () => {
    double.answer({ body: found() });
    assert.deepEqual(await tracePatient(register, ada), { outcome: 'no_match' });
    const [request] = double.requests;
    assert.equal(request?.path, '/personal-demographics/FHIR/R4/Patient');
    assert.deepEqual(Object.fromEntries(request.query), {
      family: 'Example',
      given: 'Ada*',
      birthdate: 'eq1985-03-12',
      'address-postalcode': 'LS*',
      '_fuzzy-match': 'false',
      '_exact-match': 'false',
      _history: 'true',
      '_max-results': '1',
    });
  });

  test('says who asks, and under which ids', async () => {
    double.answer({ body: entry() });
    await readPatient(register, adasNumber);
    const [request] = double.requests;
    assert.equal(request?.path, '/personal-demographics/FHIR/R4/Patient/9990000018');
    assert.match(request.headers.authorization ?? '', /^Bearer [\w-]+$/u);
    const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u;
    assert.match(String(request.headers['x-request-id']), uuid);
    assert.match(String(request.headers['x-correlation-id']), uuid);
    assert.equal(request.headers['nhsd-end-user-organisation-ods'], 'Y12345');
  });

  test('gets its token with an assertion as the platform wants it, and keeps it', async () => {
    double.answer({ body: entry() });
    await Promise.all(Array.from({ length: 5 }, () => readPatient(register, adasNumber)));
    await readPatient(register, adasNumber);
    assert.equal(double.tokenRequests.length, 1);
    const form = new URLSearchParams(double.tokenRequests[0]?.body);
    assert.equal(form.get('grant_type'), 'client_credentials');
    assert.equal(form.get('client_assertion_type'), 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const { payload, protectedHeader } = await verifyAssertion(form.get('client_assertion') ?? '');
    assert.deepEqual(protectedHeader, { alg: 'RS512', kid: 'test-1', typ: 'JWT' });
    assert.equal(payload.aud, double.environment['BEVAN_PDS_TOKEN_URL']);
    assert.ok(payload.jti);
    const inSeconds = (payload.exp ?? 0) - Date.now() / 1000;
    assert.ok(inSeconds > 60 && inSeconds <= 300, `${inSeconds} s`);
  });
});
