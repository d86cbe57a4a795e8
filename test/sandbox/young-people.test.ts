import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readAccount, setPhone } from '#accounts';
import { ageOn, dayInUk, readOdsCode } from '#foundation/identifiers';
import { readIdentity, setMinimumAge } from '#identity';
import { listSimulatedPatients, putSimulatedPatient } from '#pds';
import { personas, personasIn, seedSandbox } from '#sandbox';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, locationIn, registerService, type TestService } from './support.ts';

let sandbox: TestSandbox;
let service: TestService;
before(async () => {
  sandbox = await openTestSandbox();
  service = await registerService(sandbox, { scopes: ['openid', 'profile'], vectors: ['P9.Cp.Cd'] });
});
after(() => sandbox.close());

const find = (id: string, people = personas) => {
  const found = people.find((one) => one.id === id);
  assert.ok(found?.says !== undefined);
  return { ...found, says: found.says };
};
const start = (people = personas) => seedSandbox(sandbox.home.house, { origin: sandbox.demoOrigin }, people);
const thisYear = () => Number(dayInUk(sandbox.home.clock.now()).slice(0, 4));

/** Goes to a service that needs P9. @returns the level, or why not */
async function come(persona: string): Promise<unknown> {
  const url = await service.ask({ scope: 'openid profile', vtr: '["P9.Cp.Cd"]' });
  const back = locationIn(await call(sandbox, 'POST', '/sign-in', { authorize_url: url, persona }));
  const refusal = new URL(back).searchParams.get('error_description');
  return refusal ?? (await service.exchange(back)).idToken['vot'];
}

async function birthdatesOf(id: string): Promise<(string | undefined)[]> {
  const { deps } = sandbox.home.house;
  const { account, says } = find(id);
  const [entry] = await listSimulatedPatients(deps, { nhsNumber: says.nhsNumber, limit: 1 });
  const identity = await readIdentity(deps, account?.sub ?? '');
  return [entry?.birthdate, identity.level === 'P0' ? undefined : identity.details.birthdate];
}

test('are of the age that their story needs in any year, and the next', () => {
  for (let year = 2026; year < 2060; year += 1) {
    const people = personasIn(year);
    for (const day of [`${year}-01-01`, `${year}-12-31`, `${year + 1}-12-31`]) {
      const limited = ageOn(find('practice-limited', people).says.birthdate, day);
      assert.ok(limited >= 13 && limited < 16, `${limited} on ${day}`);
      const child = ageOn(find('under-age', people).says.birthdate, day);
      assert.ok(child >= 0 && child < 13, `${child} on ${day}`);
    }
  }
});

test('are as young as ever when a sandbox of years ago is started again, and all that knows them agrees', async () => {
  const { deps } = sandbox.home.house;
  const accountId = find('p5').account?.sub ?? '';
  await setPhone(deps, { accountId, phone: '+447700900778' });
  const former = personasIn(thisYear() - 6);
  await start(former);
  const then = find('practice-limited', former).says.birthdate;
  assert.deepEqual(await birthdatesOf('practice-limited'), [then, then]);
  assert.equal(await come('practice-limited'), 'P9.Cp.Cd');

  await start();
  const now = find('practice-limited').says.birthdate;
  assert.deepEqual(await birthdatesOf('practice-limited'), [now, now]);
  assert.deepEqual(await birthdatesOf('under-age'), [find('under-age').says.birthdate, undefined]);
  for (const id of ['practice-limited', 'under-age']) assert.equal(await come(id), 'IdentityLevelNotReached');
  assert.equal((await readAccount(deps, accountId))?.phone, '+447700900778');

  // It is the practice's rule alone that stands in the way: its system knows them by the same day.
  const odsCode = readOdsCode('Z99005');
  assert.ok(odsCode !== undefined);
  await setMinimumAge(deps, { odsCode, years: undefined, staffId: 'sandbox' });
  assert.equal(await come('practice-limited'), 'P9.Cp.Cd');
  await setMinimumAge(deps, { odsCode, years: 16, staffId: 'sandbox' });
});

test('stay as somebody has made them', async () => {
  const { deps } = sandbox.home.house;
  const { register = [] } = find('under-age');
  for (const entry of register) await putSimulatedPatient(deps, { ...entry, birthdate: '1990-01-02' });
  await start();
  assert.equal((await birthdatesOf('under-age'))[0], '1990-01-02');
});
