import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { startTestRegister, unusedNhsNumber, type TestRegister } from '../../../test/support/register.ts';
import { askRegister, fetchToken, type Asked } from '../../../test/support/register-caller.ts';

let home: TestHouse;
let register: TestRegister;
let token: string;

before(async () => {
  home = await createTestHouse();
  register = await startTestRegister(home);
  token = await fetchToken(register);
});
after(async () => {
  await register.close();
  await home.close();
});

const ask = (path: string, headers: Record<string, string> = {}): Promise<Asked> =>
  askRegister(register, path, { authorization: `Bearer ${token}`, ...headers });
const search = (query: Record<string, string | string[]>): Promise<Asked> => {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query))
    for (const value of [values].flat()) parameters.append(name, value);
  return ask(`Patient?${parameters.toString()}`);
};

suite('reading an entry', () => {
  test('answers it as a FHIR patient with its version, and mirrors the ids of the request', async () => {
    const nhsNumber = await register.addPatient({
      familyName: 'O’Rourke',
      givenNames: ['Ana', 'Sofía'],
      mobile: '07700 900123',
    });
    const [requestId, correlationId] = [randomUUID(), randomUUID()];
    const { status, headers, body } = await ask(`Patient/${nhsNumber}`, {
      'X-Request-ID': requestId,
      'X-Correlation-ID': correlationId,
    });
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^application\/fhir\+json/u);
    assert.equal(headers.get('etag'), 'W/"1"');
    assert.equal(headers.get('x-request-id'), requestId);
    assert.equal(headers.get('x-correlation-id'), correlationId);
    assert.equal(body.resourceType, 'Patient');
    assert.equal(body.id, nhsNumber);
    assert.equal(body.meta.versionId, '1');
    assert.equal(body.meta.security[0].code, 'U');
    assert.deepEqual(body.name[0].given, ['Ana', 'Sofía']);
    assert.equal(body.birthDate, '1980-05-17');
    assert.equal(body.address[0].postalCode, 'LS1 4AP');
    assert.equal(body.generalPractitioner[0].identifier.value, 'Z99101');
    assert.deepEqual(
      [body.telecom.length, body.telecom[0].system, body.telecom[0].use, body.telecom[0].value],
      [1, 'phone', 'mobile', '07700900123'],
    );
  });

  test('of a restricted person says nothing of where they are', async () => {
    const nhsNumber = await register.addPatient({ restricted: true, mobile: '07700 900124' });
    const { body } = await ask(`Patient/${nhsNumber}`);
    assert.equal(body.meta.security[0].code, 'R');
    for (const member of ['address', 'telecom', 'generalPractitioner']) assert.equal(body[member], undefined);
  });

  test('under a superseded number answers the one that stands now, over several steps', async () => {
    const now = await register.addPatient({ familyName: 'Now' });
    const before = await register.addPatient({ familyName: 'Before', supersededBy: now });
    const longAgo = await register.addPatient({ familyName: 'Long', supersededBy: before });
    assert.equal((await ask(`Patient/${longAgo}`)).body.id, now);
  });

  test('of somebody who died tells the date and the notice', async () => {
    const { body } = await ask(`Patient/${await register.addPatient({ deceased: true })}`);
    assert.match(body.deceasedDateTime, /^2020-01-01T00:00:00/u);
    assert.equal(body.extension[0].extension[0].valueCodeableConcept.coding[0].code, '2');
  });

  for (const [what, path, status, code] of [
    ['a number that nobody has', `Patient/${unusedNhsNumber()}`, 404, 'RESOURCE_NOT_FOUND'],
    ['a number with a wrong check digit', 'Patient/9991234560', 400, 'INVALID_RESOURCE_ID'],
    ['what is no number', 'Patient/abc', 400, 'INVALID_RESOURCE_ID'],
  ] as const) {
    test(`under ${what} is refused as ${code}`, async () => {
      const asked = await ask(path);
      assert.deepEqual([asked.status, asked.code], [status, code]);
    });
  }

  test('that was invalidated is refused as such', async () => {
    const { status, code } = await ask(`Patient/${await register.addPatient({ invalidated: true })}`);
    assert.deepEqual([status, code], [404, 'INVALIDATED_RESOURCE']);
  });
});

suite('a request', () => {
  test('without a token, or with one from elsewhere, is refused', async () => {
    for (const authorization of [undefined, 'Bearer', 'Bearer x', `Bearer ${token}x`, 'Basic abc']) {
      const headers = authorization === undefined ? {} : { authorization };
      const { status, code } = await askRegister(register, 'Patient/9991234565', headers);
      assert.deepEqual([status, code], [401, 'ACCESS_DENIED'], authorization);
    }
  });

  test('must have an id, which is a UUID', async () => {
    const without = await ask('Patient/9991234565', { 'X-Request-ID': '' });
    assert.deepEqual([without.status, without.code], [400, 'MISSING_VALUE']);
    const wrong = await ask('Patient/9991234565', { 'X-Request-ID': '1234' });
    assert.deepEqual([wrong.status, wrong.code], [400, 'INVALID_VALUE']);
  });

  test('with a token that has expired is refused', async () => {
    const old = await fetchToken(register, { now: home.clock.now() });
    home.clock.advance(600);
    const { status } = await askRegister(register, 'Patient/9991234565', { authorization: `Bearer ${old}` });
    home.clock.reset();
    assert.equal(status, 401);
  });
});

suite('a search', () => {
  const born = '1971-03-09';
  const recipe = {
    family: 'Thistlewood',
    given: 'Ann*',
    birthdate: `eq${born}`,
    'address-postalcode': 'BS*',
  };

  test('finds the one whom everything fits, by the beginnings of name and postcode, too', async () => {
    const nhsNumber = await register.addPatient({
      familyName: 'Thistlewood',
      givenNames: ['Annabel', 'Rose'],
      birthdate: born,
      postcode: 'BS3 1QQ',
    });
    const { status, body } = await search(recipe);
    assert.equal(status, 200);
    assert.deepEqual([body.resourceType, body.type, body.total], ['Bundle', 'searchset', 1]);
    assert.equal(body.entry[0].resource.id, nhsNumber);
    assert.ok(body.entry[0].search.score < 1);
    assert.equal(body.entry[0].fullUrl, `${register.url}/Patient/${nhsNumber}`);
    const exact = await search({ ...recipe, given: 'annabel', 'address-postalcode': 'BS31QQ' });
    assert.equal(exact.body.entry[0].search.score, 1);
    for (const other of [
      { family: 'Thistlewoods' },
      { given: 'Rose' },
      { birthdate: 'eq1971-03-10' },
      { 'address-postalcode': 'LS*' },
    ]) {
      const none = await search({ ...recipe, ...other });
      assert.deepEqual([none.status, none.body.total, none.body.entry], [200, 0, undefined]);
    }
  });

  test('that finds several people says so, and shows none', async () => {
    await register.addPatient({
      familyName: 'Thistlewood',
      givenNames: ['Anne'],
      birthdate: born,
      postcode: 'BS7 2AA',
    });
    const { status, code, body } = await search(recipe);
    assert.deepEqual([status, code], [200, 'TOO_MANY_MATCHES']);
    assert.deepEqual([body.resourceType, body.issue[0].severity], ['OperationOutcome', 'information']);
  });

  test('by postcode does not find restricted people, and without it does', async () => {
    const nhsNumber = await register.addPatient({ familyName: 'Hidden', birthdate: born, restricted: true });
    const query = { family: 'Hidden', birthdate: `eq${born}` };
    assert.equal((await search({ ...query, 'address-postalcode': 'LS*' })).body.total, 0);
    const found = await search(query);
    assert.equal(found.body.entry[0].resource.id, nhsNumber);
    assert.equal(found.body.entry[0].resource.address, undefined);
  });

  test('leaves invalidated people out, and finds the survivor of a superseded entry', async () => {
    await register.addPatient({ familyName: 'Gone', birthdate: born, invalidated: true });
    assert.equal((await search({ family: 'Gone', birthdate: born })).body.total, 0);
    const now = await register.addPatient({ familyName: 'Survivor', birthdate: '1971-03-10' });
    await register.addPatient({ familyName: 'Given-Up', birthdate: born, supersededBy: now });
    const { body } = await search({ family: 'Given-Up', birthdate: born });
    assert.equal(body.entry[0].resource.id, now);
  });

  for (const [what, query, status, code] of [
    ['nothing', {}, 400, 'UNSUPPORTED_SERVICE'],
    ['no date of birth', { family: 'Smith' }, 400, 'MISSING_VALUE'],
    ['no family name', { birthdate: 'eq1980-01-01', given: 'Ann' }, 400, 'INVALID_SEARCH_DATA'],
    ['a date in another form', { family: 'Smith', birthdate: '19800101' }, 400, 'INVALID_VALUE'],
    ['a day that is none', { family: 'Smith', birthdate: 'eq1981-02-29' }, 400, 'INVALID_VALUE'],
    ['an asterisk too soon', { family: 'S*', birthdate: 'eq1980-01-01' }, 400, 'INVALID_VALUE'],
    ['too long a name', { family: 'S'.repeat(36), birthdate: 'eq1980-01-01' }, 400, 'INVALID_VALUE'],
    [
      'an unknown parameter',
      { family: 'Smith', birthdate: 'eq1980-01-01', year: '1' },
      400,
      'ADDITIONAL_PROPERTIES',
    ],
    [
      'more than one result',
      { family: 'Smith', birthdate: 'eq1980-01-01', '_max-results': '2' },
      403,
      'INVALID_VALUE',
    ],
  ] as const) {
    test(`for ${what} is refused as ${code}`, async () => {
      const asked = await search(query);
      assert.deepEqual([asked.status, asked.code], [status, code]);
    });
  }
});
