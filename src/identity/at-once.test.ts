import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openRegister } from '#pds';
import { makeAccount } from '../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { makeKnown } from '../../test/support/identities.ts';
import { prepareTestRegister, type TestRegister } from '../../test/support/register.ts';
import { untilWaiting } from '../../test/support/waiting.ts';
import { raiseToHigh, readIdentity, recheckIdentity } from './index.ts';

let home: TestHouse;
let testRegister: TestRegister;
before(async () => {
  const prepared = await prepareTestRegister();
  home = await createTestHouse({
    environment: { ...prepared.environment, BEVAN_DATABASE_CONNECTIONS: '20' },
  });
  testRegister = await prepared.start(home);
});
after(async () => {
  await testRegister.close();
  await home.close();
});

const name = { familyName: 'Hopper', givenNames: ['Grace'] };
const birthdate = '1986-12-09';

async function somebody(nth: number) {
  const { id: accountId } = await makeAccount(home, { email: `at.once.${nth}@people.example` });
  const nhsNumber = await makeKnown(home, { accountId, level: 'P5', details: { birthdate } });
  return { accountId, nhsNumber };
}

type Somebody = Awaited<ReturnType<typeof somebody>>;

const raise = ({ accountId, nhsNumber }: Somebody) =>
  home.house.transact((deps) =>
    raiseToHigh(deps, {
      accountId,
      nhsNumber,
      localities: [],
      method: 'photo-id-video',
      reasons: ['documents_checked'],
      evidence: {},
    }),
  );

/** The register says that somebody's number is that of another person by now. */
async function readAs({ accountId, nhsNumber }: Somebody, other: Somebody) {
  const register = openRegister(home.house);
  const known = await readIdentity(home.house.deps, accountId);
  assert.ok(register !== undefined && known.level !== 'P0');
  await testRegister.addPatient({ ...name, birthdate, nhsNumber: other.nhsNumber });
  await testRegister.addPatient({ nhsNumber, supersededBy: other.nhsNumber });
  return recheckIdentity(home.house, { register, accountId, known, withinMs: 10_000 });
}

test('people are raised while the register gives each the number of the next: nobody waits for good', async () => {
  const people = await Promise.all([0, 1, 2].map(somebody));
  const { pool } = home.house.database;
  const holder = await pool.connect();
  await holder.query('BEGIN');
  // Each of them asks for it between their own record and their number.
  await holder.query('LOCK TABLE identity.minimum_age');
  const raised = people.map(raise);
  await untilWaiting(pool, people.length);
  const read: ReturnType<typeof readAs>[] = [];
  for (const [nth, person] of people.entries()) {
    read.push(readAs(person, people[(nth + 1) % people.length] ?? person));
    await untilWaiting(pool, people.length + read.length);
  }
  await holder.query('COMMIT');
  holder.release();
  assert.deepEqual(
    await Promise.all(raised),
    people.map(() => ({ outcome: 'raised' })),
  );
  for (const { outcome } of await Promise.all(read)) assert.equal(outcome, 'read');
  for (const { accountId } of people) {
    const { level } = await readIdentity(home.house.deps, accountId);
    assert.equal(level, 'P9');
  }
});
