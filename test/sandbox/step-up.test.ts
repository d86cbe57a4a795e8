import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { personas } from '#sandbox';
import { z } from 'zod';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, locationIn, refusalIn, registerService, signIn, type TestService } from './support.ts';

let sandbox: TestSandbox;
let service: TestService;
before(async () => {
  sandbox = await openTestSandbox();
  service = await registerService(sandbox, { scopes: ['openid', 'profile'] });
});
after(() => sandbox.close());

const asking = { scope: 'openid profile', vtr: '["P5.Cp.Cd"]' };
const made = z.object({ id: z.string(), register: z.object({ nhsNumber: z.string() }) });

async function come(persona: string, says?: unknown) {
  const body = { authorize_url: await service.ask(asking), persona, ...(says === undefined ? {} : { says }) };
  return call(sandbox, 'POST', '/sign-in', body);
}

function refusedWith(answer: Awaited<ReturnType<typeof come>>): string | null {
  const { searchParams } = new URL(locationIn(answer));
  assert.equal(searchParams.get('error'), 'access_denied');
  return searchParams.get('error_description');
}

suite('without a browser, at a service that needs P5', () => {
  for (const persona of ['p0', 'several-matches', 'name-mismatch', 'under-age']) {
    test(`${persona} goes up to P5 with what they say of themselves, and stays there`, async () => {
      const nhsNumber = personas.find(({ id }) => id === persona)?.says?.nhsNumber;
      const { idToken, userinfo } = await service.exchange(locationIn(await come(persona)));
      assert.equal(idToken['vot'], 'P5.Cp.Cd');
      assert.equal(userinfo['nhs_number'], nhsNumber);
      const again = await service.exchange(locationIn(await come(persona, null)));
      assert.equal(again.idToken['vot'], 'P5.Cp.Cd');
    });
  }

  for (const persona of ['deceased', 'restricted', 'nhs-number-taken']) {
    test(`${persona} does not, and goes back to the service`, async () => {
      assert.equal(refusedWith(await come(persona)), 'IdentityLevelNotReached');
    });
  }

  for (const persona of ['record-withdrawn', 'record-shows-death']) {
    test(`${persona} was there, and is stopped now`, async () => {
      assert.equal(refusedWith(await come(persona)), 'AccountDisabled');
    });
  }

  test('superseded-number comes with the new number', async () => {
    const { says } = personas.find(({ id }) => id === 'superseded-number') ?? {};
    const { userinfo } = await service.exchange(locationIn(await come('superseded-number')));
    assert.equal(userinfo['nhs_number'], '9990000123');
    assert.notEqual(says?.nhsNumber, '9990000123');
  });

  test('somebody who does not try goes back to the service', async () => {
    assert.equal(refusedWith(await come('consent-refused', null)), 'IdentityLevelNotReached');
  });

  test('a person of one’s own goes up with what the call says of them', async () => {
    const register = { familyName: 'Kestrel', birthdate: '1975-01-02', postcode: 'M20 3RD' };
    const { id, register: entry } = made.parse((await call(sandbox, 'POST', '/people', { register })).body);
    const { nhsNumber } = entry;
    assert.equal(refusedWith(await come(id)), 'IdentityLevelNotReached');
    const wrong = { nhsNumber, birthdate: '1975-01-03', postcode: 'M20 3RD' };
    assert.equal(refusedWith(await come(id, wrong)), 'IdentityLevelNotReached');
    const right = { ...wrong, birthdate: '1975-01-02' };
    const { userinfo } = await service.exchange(locationIn(await come(id, right)));
    assert.equal(userinfo['family_name'], 'Kestrel');
  });

  test('with the register failing, is told so', async () => {
    await call(sandbox, 'POST', '/faults', { target: 'pds', kind: 'fail', times: 100 });
    const answer = await come('consent-refused');
    assert.deepEqual([answer.status, refusalIn(answer).error], [409, 'register_unavailable']);
    await call(sandbox, 'DELETE', '/faults');
  });
});

test('at a service that needs no more than P0 nobody is looked for', async () => {
  const url = await service.ask({ scope: 'openid', vtr: '["P0.Cp.Cd"]' });
  const { idToken } = await service.exchange(locationIn(await signIn(sandbox, { url, persona: 'scotland' })));
  assert.equal(idToken['vot'], 'P0.Cp.Cd');
});
