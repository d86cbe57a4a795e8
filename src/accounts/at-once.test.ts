import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Deps, House } from '#foundation/deps';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { openInbox } from '../../test/support/inbox.ts';
import { clientId, openOwners, waitingNumber, type Owner } from '../../test/support/owners.ts';
import { untilWaiting } from '../../test/support/waiting.ts';
import {
  changeLandline,
  changePassword,
  changePhone,
  checkPasskey,
  disconnectApp,
  forgetAccount,
  forgetDevice,
  listPasskeys,
  lockLogin,
  makeDueEmailChanges,
  makeDueReplacements,
  readAccount,
  recordSignIn,
  removePasskey,
  removeUafKeys,
  renewRecoveryCodes,
  signInsStand,
  stopEmailChange,
  stopReplacement,
} from './index.ts';

/** How often all is done at once. */
const rounds = 28;
const linkTo = (token: string) => `https://login.example/reset/${token}`;

const isMissingAccount = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23503';

type Change = (house: House, owner: Owner) => Promise<unknown>;
const within =
  (change: (deps: Deps, owner: Owner) => Promise<{ readonly outcome: string }>): Change =>
  (house, owner) =>
    house.transact(async (deps) => (await change(deps, owner)).outcome);

/** What changes a login, with how it ends. */
const changes: Record<string, readonly [change: Change, outcome: unknown]> = {
  'is locked': [
    (house, { accountId }) => house.transact((deps) => lockLogin(deps, { accountId, linkTo })),
    true,
  ],
  'is closed': [
    within(async (deps, { accountId, provenAt }) => {
      if (!(await signInsStand(deps, { accountId, provenAt }))) return { outcome: 'ended' };
      await forgetAccount(deps, accountId);
      return { outcome: 'closed' };
    }),
    'closed',
  ],
  'loses its passkey': [within(removePasskey), 'removed'],
  'loses the key of its app': [
    within((deps, { accountId }) => removeUafKeys(deps, { accountId, clientId })),
    'removed',
  ],
  'loses its app': [within(disconnectApp), 'removed'],
  'gets new recovery codes': [within(renewRecoveryCodes), 'made'],
  'gets a new password': [
    within((deps, owner) => changePassword(deps, { ...owner, passwordHash: 'a hash' })),
    'changed',
  ],
  'gets a new phone': [
    within((deps, owner) => changePhone(deps, { ...owner, phone: '+447700900998' })),
    'changed',
  ],
  'gets a landline': [
    within((deps, owner) => changeLandline(deps, { ...owner, landline: '+441632960347' })),
    'changed',
  ],
  'forgets its devices': [within((deps, { accountId }) => forgetDevice(deps, { accountId })), 'forgotten'],
  'keeps its number': [within((deps, { stopNumber: token }) => stopReplacement(deps, { token })), 'usable'],
  'keeps its address': [
    within((deps, { stopAddress: token }) => stopEmailChange(deps, { token })),
    'stopped',
  ],
  'gets the number that has waited': [
    async (house, { accountId }) => {
      await makeDueReplacements(house);
      return (await readAccount(house.deps, accountId))?.phone;
    },
    waitingNumber,
  ],
  'gets the address that has waited': [
    async (house, { accountId }) => {
      await makeDueEmailChanges(house);
      return (await readAccount(house.deps, accountId))?.email.split('.')[0];
    },
    'new',
  ],
};

suite('what is done with one login at one moment', () => {
  let here: TestHouse;
  let there: TestHouse;
  let owners: ReturnType<typeof openOwners>;
  before(async () => {
    here = await createTestHouse();
    there = await createTestHouse({ beside: here });
    owners = openOwners(here, await openInbox(here));
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  for (const [name, [change, outcome]] of Object.entries(changes))
    test(`it ${name} while somebody signs in with whatever they have: neither waits for the other for good`, async () => {
      for (const [what, use] of Object.entries(owners.uses)) {
        const owner = await owners.somebody();
        const prepared = (await use.prepare?.(owner)) ?? '';
        // Their new number and address have waited for long enough.
        if (name.includes('has waited')) here.clock.advance(60);
        const { accountId } = owner;
        const provenAt = here.clock.now();
        const { shown, signedIn, changing } = await here.house.transact(async (deps) => {
          const first = await use.by(deps, owner, prepared);
          const begun = change(there.house, owner).then(
            (ended) => ({ ended }),
            (error: unknown) => ({ error }),
          );
          await Promise.race([begun, untilWaiting(here.house.database.pool)]);
          const last = await recordSignIn(deps, { accountId, clientId, provenAt });
          return { shown: first, signedIn: last.outcome, changing: begun };
        });
        assert.deepEqual([what, shown, signedIn], [what, use.outcome, 'recorded']);
        assert.deepEqual([what, await changing], [what, { ended: outcome }]);
      }
    });

  test('it is locked while a passkey is added and used: the lock has that passkey as well, and none waits for good', async () => {
    const { accountId, provenAt, device } = await owners.somebody();
    const { add } = await owners.newPasskey(accountId, provenAt);
    const response = device.use(await owners.asked());
    const { pool } = here.house.database;
    const holder = await pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM accounts.account WHERE id = $1 FOR NO KEY UPDATE', [accountId]);
    const adding = add();
    await untilWaiting(pool);
    const locking = there.house.transact((deps) => lockLogin(deps, { accountId, linkTo }));
    await untilWaiting(pool, 2);
    const using = here.house.transact(async (deps) => {
      const { outcome } = await checkPasskey(deps, { response, boundTo: 'visit' });
      return outcome === 'match'
        ? (await recordSignIn(deps, { accountId, clientId, provenAt })).outcome
        : outcome;
    });
    await untilWaiting(pool, 3);
    await holder.query('COMMIT');
    holder.release();
    assert.match(await adding, /./u);
    assert.deepEqual([await locking, await using], [true, 'locked']);
    const passkeys = await listPasskeys(here.house.deps, accountId);
    assert.deepEqual([passkeys.length, passkeys.every(({ isSuspended }) => isSuspended)], [2, true]);
  });

  test('all of it at once, over and over: PostgreSQL never has to fail one', async () => {
    const failed: unknown[] = [];
    const houses = [here.house, there.house];
    for (let round = 0; round < rounds; round += 1) {
      const owner = await owners.somebody();
      const { accountId } = owner;
      const { add, device } = await owners.newPasskey(accountId, owner.provenAt);
      const signIn = (house: House, use: (deps: Deps) => Promise<unknown>) =>
        house.transact(async (deps) => {
          await use(deps);
          return recordSignIn(deps, { accountId, clientId, provenAt: deps.clock.now() });
        });
      const steps: [name: string, step: (house: House) => Promise<unknown>][] = [
        [
          'a passkey that is added',
          async (house) => {
            // Unless the login was locked before.
            await add().catch((error: unknown) => assert.match(String(error), /ended/u));
            const response = device.use(await owners.asked());
            return signIn(house, (deps) => checkPasskey(deps, { response, boundTo: 'visit' }));
          },
        ],
      ];
      for (const [name, use] of Object.entries(owners.uses)) {
        const prepared = (await use.prepare?.(owner)) ?? '';
        steps.push([name, (house) => signIn(house, (deps) => use.by(deps, owner, prepared))]);
      }
      // Every login is locked, and one more thing happens to it.
      const nth = 1 + (round % (Object.keys(changes).length - 1));
      for (const [name, [change]] of Object.entries(changes).filter((_, at) => at === 0 || at === nth))
        steps.push([name, (house) => change(house, owner)]);
      // Each round begins with another, so that each comes before each of the others.
      const turn = round % steps.length;
      const turned = [...steps.slice(turn), ...steps.slice(0, turn)];
      const done = turned.map(([name, step], nth) =>
        step(houses[nth % 2] ?? here.house).catch((error: unknown) => {
          // Once their login is closed, there is no place for a device; whoever signs in asks for that later than here.
          if (name !== 'a device to remember' || !isMissingAccount(error)) failed.push([name, error]);
        }),
      );
      await Promise.all(done);
    }
    assert.deepEqual(failed, []);
  });
});
