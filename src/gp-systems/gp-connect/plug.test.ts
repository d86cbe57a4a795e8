import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { newOdsCode, newPatient } from '../../../test/support/gp-systems.ts';
import { spyOn } from '../../../test/support/supplier-spy.ts';
import { openGpConnect } from './client.ts';

const gpConnect = openGpConnect({ url: 'https://gp.example/FHIR/R4', apiKey: 'a-key' });
const odsCode = newOdsCode();
const { nhsNumber } = newPatient(odsCode);
const shown = { odsCode, nhsNumber, idToken: 'head.body.signature' };

suite('GP Connect', () => {
  test('is shown the ID token as a bearer token, and asked about one patient', async () => {
    const { ask, asked } = spyOn([200, JSON.stringify({ resourceType: 'Patient', id: nhsNumber })]);
    assert.equal((await gpConnect.register(ask, shown)).outcome, 'connected');
    assert.equal(asked[0]?.url, `https://gp.example/FHIR/R4/Patient/${nhsNumber}`);
    assert.equal(asked[0].headers?.['authorization'], 'Bearer head.body.signature');
  });

  test('that answers about somebody else connects nobody', async () => {
    const other = newPatient(odsCode).nhsNumber;
    for (const told of [
      { resourceType: 'Patient', id: other },
      { resourceType: 'Bundle', id: nhsNumber },
      {},
    ])
      assert.deepEqual(await gpConnect.register(spyOn([200, JSON.stringify(told)]).ask, shown), {
        outcome: 'unreadable',
      });
  });

  test('is not asked with what can be no token', async () => {
    const { ask, asked } = spyOn();
    for (const idToken of ['', 'a', 'a.b', 'a.b.c\r\nx: y', 'a b.c.d'])
      assert.equal((await gpConnect.register(ask, { ...shown, idToken })).outcome, 'refused');
    assert.equal(asked.length, 0);
  });
});
