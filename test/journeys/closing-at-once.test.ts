import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readAccount, signInsStand } from '#accounts';
import { readIdentity, recheckIdentity, withdrawHigh } from '#identity';
import { closeAccount, startPersonalDataWork } from '#personal-data';
import { makeAccount } from '../support/accounts.ts';
import { makeKnown } from '../support/identities.ts';
import { openTestReview, type TestReview } from '../support/review.ts';
import { untilWaiting } from '../support/waiting.ts';

let review: TestReview;
before(async () => {
  review = await openTestReview();
  await startPersonalDataWork(review.home.house, review.home.jobs);
});
after(() => review.close());

/** What ends the sign-ins of somebody whose identity it has looked at, with how it ends once their login is gone. */
const endings = {
  'the register says that they have died': async (accountId: string) => {
    const { home, register } = review;
    const known = await readIdentity(home.house.deps, accountId);
    assert.ok(register !== undefined && known.level !== 'P0');
    const nhsNumber = known.details.nhsNumber;
    await review.testRegister.addPatient({ nhsNumber, familyName: 'Hopper', deceased: true });
    return () => recheckIdentity(home.house, { register, accountId, known, withinMs: 10_000 });
  },
  'two members of staff take their level away': (accountId: string) =>
    Promise.resolve(() =>
      review.home.house.transact((deps) =>
        withdrawHigh(deps, {
          accountId,
          method: 'photo-id-video',
          proposedBy: 'one',
          confirmedBy: 'another',
          reasons: ['second_check_failed'],
          evidence: {},
        }),
      ),
    ),
} as const;

for (const [what, prepare] of Object.entries(endings))
  test(`somebody closes their login while ${what}: neither waits for the other for good`, async () => {
    const { house } = review.home;
    const email = `closes.${what.length}@people.example`;
    const { id: accountId } = await makeAccount(review.home, { email });
    await makeKnown(review.home, { accountId, level: 'P9' });
    const begin = await prepare(accountId);
    const { isClosed, ending } = await house.transact(async (deps) => {
      assert.equal(await signInsStand(deps, { accountId, provenAt: deps.clock.now() }), true);
      const begun = begin();
      await untilWaiting(house.database.pool);
      return { isClosed: await closeAccount(deps, { accountId, reason: 'asked' }), ending: begun };
    });
    assert.ok(isClosed);
    assert.ok(['read', 'not_high'].includes((await ending).outcome));
    assert.equal(await readAccount(house.deps, accountId), undefined);
  });
