import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Fault } from '#foundation/errors';
import { hash } from '@node-rs/argon2';
import { auditOf, goodPassword, makeAccount } from '../../../../test/support/accounts.ts';
import { watchStatements } from '../../../../test/support/statements.ts';
import { createTestHouse, type TestHouse } from '../../../../test/support/house.ts';
import { checkPassword } from './check.ts';

const quarterOfAnHour = 15 * 60;

suite('checking a password', () => {
  let here: TestHouse;
  let there: TestHouse;
  before(async () => {
    here = await createTestHouse();
    there = await createTestHouse({ beside: here });
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  let lastNetwork = 0;
  /** Somebody at a network address of their own. */
  const somebody = (email: string, remoteAddress = `2001:db8:0:${((lastNetwork += 1)).toString(16)}::1`) => ({
    tries: (password: string, from: TestHouse = here) =>
      checkPassword(from.house, { email, password, remoteAddress }),
  });
  const wrong = { outcome: 'no_match' };

  test('says whose it is, in whatever case the address is typed', async () => {
    const ada = await makeAccount(here, { email: 'ada@mail.example' });
    const match = { outcome: 'match', accountId: ada.id };
    assert.deepEqual(await somebody('ada@mail.example').tries(goodPassword), match);
    assert.deepEqual(await somebody(' ADA@Mail.Example ').tries(goodPassword, there), match);
  });

  test('takes a password typed on another keyboard for the same', async () => {
    const account = await makeAccount(here, {
      email: 'accent@mail.example',
      password: 'caf\u00e9 olwyn 7 Quince',
    });
    const match = { outcome: 'match', accountId: account.id };
    assert.deepEqual(await somebody('accent@mail.example').tries('cafe\u0301 olwyn 7 Quince'), match);
  });

  test('five wrong ones are forgiven by a right one', async () => {
    const account = await makeAccount(here, { email: 'five@mail.example' });
    const person = somebody('five@mail.example');
    for (let round = 0; round < 2; round += 1) {
      for (let attempt = 0; attempt < 5; attempt += 1)
        assert.deepEqual(await person.tries('wrong password'), wrong);
      assert.deepEqual(await person.tries(goodPassword), { outcome: 'match', accountId: account.id });
    }
    const events = await auditOf(here, account.id);
    assert.equal(events.filter((type) => type === 'password.wrong').length, 10);
  });

  for (const [who, email, isKnown] of [
    ['a known address', 'six@mail.example', true],
    ['an unknown address', 'nobody@mail.example', false],
    ['text that is no address', 'nobody', false],
  ] as const) {
    test(`the sixth wrong one locks ${who} for 15 minutes, in every process and from everywhere`, async () => {
      if (isKnown) await makeAccount(here, { email });
      for (let attempt = 0; attempt < 5; attempt += 1) {
        assert.deepEqual(
          await somebody(email).tries('wrong password', attempt % 2 === 0 ? here : there),
          wrong,
        );
      }
      const before = here.clock.now();
      const sixth = await somebody(email).tries('wrong password');
      assert.equal(sixth.outcome, 'locked');
      const lockedFor = (sixth.until.getTime() - before.getTime()) / 1000;
      assert.ok(lockedFor >= quarterOfAnHour && lockedFor < quarterOfAnHour + 60);
      assert.deepEqual(await somebody(email.toUpperCase()).tries(goodPassword, there), sixth);
      here.clock.advance(quarterOfAnHour - 60);
      assert.deepEqual(await somebody(email).tries(goodPassword), sixth);
      here.clock.advance(61);
      const afterwards = await somebody(email).tries(goodPassword);
      assert.equal(afterwards.outcome, isKnown ? 'match' : 'no_match');
    });
  }

  test('wrong ones older than 15 minutes no longer count', async () => {
    const person = somebody('slow@mail.example');
    for (let round = 0; round < 3; round += 1) {
      for (let attempt = 0; attempt < 5; attempt += 1)
        assert.deepEqual(await person.tries('wrong password'), wrong);
      here.clock.advance(quarterOfAnHour + 1);
    }
  });

  test('of fifty wrong ones at the same moment, in two processes, six are looked at', async () => {
    const { id } = await makeAccount(here, { email: 'storm@mail.example' });
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        somebody('storm@mail.example').tries('wrong password', index % 2 === 0 ? here : there),
      ),
    );
    assert.ok(outcomes.every(({ outcome }) => outcome === 'no_match' || outcome === 'locked'));
    const lookedAt = (await auditOf(here, id)).filter((type) => type === 'password.wrong').length;
    assert.equal(lookedAt, 6);
    assert.equal((await somebody('storm@mail.example').tries(goodPassword)).outcome, 'locked');
  });

  test('many wrong ones from one network lock the network, not the addresses it tried', async () => {
    const account = await makeAccount(here, { email: 'stuffed@mail.example' });
    const careful = await createTestHouse({
      beside: here,
      environment: { BEVAN_WRONG_PASSWORDS_PER_ADDRESS: '8' },
    });
    try {
      for (let attempt = 1; attempt < 8; attempt += 1) {
        const stuffer = somebody(`stuffed-${attempt}@mail.example`, `2001:db8:ffff:1::${attempt}`);
        assert.deepEqual(await stuffer.tries('wrong password', careful), wrong);
      }
      const eighth = await somebody('stuffed-8@mail.example', '2001:db8:ffff:1::8').tries(
        'wrong password',
        careful,
      );
      assert.equal(eighth.outcome, 'locked');
      const ninth = await somebody('stuffed@mail.example', '2001:db8:ffff:1::9').tries(goodPassword, careful);
      assert.equal(ninth.outcome, 'locked');
      const elsewhere = await somebody('stuffed@mail.example').tries(goodPassword, careful);
      assert.deepEqual(elsewhere, { outcome: 'match', accountId: account.id });
    } finally {
      await careful.close();
    }
  });

  test('right ones do not count against a network', async () => {
    await makeAccount(here, { email: 'regular@mail.example' });
    const careful = await createTestHouse({
      beside: here,
      environment: { BEVAN_WRONG_PASSWORDS_PER_ADDRESS: '2' },
    });
    try {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const regular = somebody('regular@mail.example', '198.51.100.7');
        assert.equal((await regular.tries(goodPassword, careful)).outcome, 'match');
      }
    } finally {
      await careful.close();
    }
  });

  test('does the same for a known and an unknown address, statement by statement', async () => {
    await makeAccount(here, { email: 'watched@mail.example' });
    const statementsFor = async (email: string): Promise<string[]> => {
      const { house, statements } = watchStatements(here.house);
      const attempt = { email, password: 'wrong password', remoteAddress: '203.0.113.9' };
      assert.deepEqual(await checkPassword(house, attempt), wrong);
      return statements;
    };
    const known = await statementsFor('watched@mail.example');
    assert.ok(known.length >= 4);
    for (const table of ['limit_count', 'accounts', 'password', 'event'])
      assert.ok(
        known.some((asks) => asks.includes(table)),
        table,
      );
    assert.deepEqual(await statementsFor('unwatched@mail.example'), known);
  });

  test('hashes a password anew when it was hashed with less care than today', async () => {
    const account = await makeAccount(here, { email: 'old@mail.example' });
    const weak = await hash(goodPassword, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    const { pool } = here.house.database;
    await pool.query('UPDATE accounts.password SET hash = $1 WHERE account_id = $2', [weak, account.id]);
    const person = somebody('old@mail.example');
    assert.deepEqual(await person.tries('wrong password'), wrong);
    assert.equal((await person.tries(goodPassword)).outcome, 'match');
    const { rows } = await pool.query('SELECT hash FROM accounts.password WHERE account_id = $1', [
      account.id,
    ]);
    assert.equal(here.house.passwords.isOutdated(rows[0].hash), false);
    assert.equal((await person.tries(goodPassword)).outcome, 'match');
  });

  test('says that a password is right although too many wait for it to be hashed anew', async () => {
    const account = await makeAccount(here, { email: 'old-and-busy@mail.example' });
    const weak = await hash(goodPassword, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    const { pool } = here.house.database;
    await pool.query('UPDATE accounts.password SET hash = $1 WHERE account_id = $2', [weak, account.id]);
    const busy = await createTestHouse({
      beside: here,
      environment: { BEVAN_PASSWORD_CHECKS_AT_ONCE: '1', BEVAN_PASSWORD_CHECKS_WAITING: '1' },
    });
    const others: Promise<unknown>[] = [];
    const { passwords } = busy.house;
    let isCrowded = false;
    const crowd = () => {
      others.push(passwords.hash('another').catch(() => undefined));
      if (isCrowded) setImmediate(crowd);
    };
    // From when this one is being checked, there is no place for another.
    const verify: typeof passwords.verify = (...asked) => {
      const answer = passwords.verify(...asked);
      isCrowded = true;
      crowd();
      return answer;
    };
    try {
      const house = { ...busy.house, passwords: { ...passwords, verify } };
      const attempt = { email: 'old-and-busy@mail.example', password: goodPassword };
      assert.deepEqual(await checkPassword(house, { ...attempt, remoteAddress: '203.0.113.77' }), {
        outcome: 'match',
        accountId: account.id,
      });
      const { rows } = await pool.query('SELECT hash FROM accounts.password WHERE account_id = $1', [
        account.id,
      ]);
      assert.equal(rows[0].hash, weak);
    } finally {
      isCrowded = false;
      await Promise.all(others);
      await busy.close();
    }
  });

  test('is a fault, and counts for nothing, when too many wait', async () => {
    await makeAccount(here, { email: 'busy@mail.example' });
    const busy = await createTestHouse({
      beside: here,
      environment: { BEVAN_PASSWORD_CHECKS_AT_ONCE: '1', BEVAN_PASSWORD_CHECKS_WAITING: '1' },
    });
    try {
      const others = Promise.all([busy.house.passwords.hash('one'), busy.house.passwords.hash('two')]);
      const crowd = Array.from({ length: 5 }, () =>
        somebody('busy@mail.example').tries('wrong password', busy),
      );
      const outcomes = await Promise.allSettled(crowd);
      await others;
      const turnedAway = outcomes.filter((one) => one.status === 'rejected');
      assert.notEqual(turnedAway.length, 0);
      for (const { reason } of turnedAway)
        assert.ok(reason instanceof Fault && reason.code === 'security.busy');
      for (let lookedAt = crowd.length - turnedAway.length; lookedAt < 5; lookedAt += 1) {
        assert.deepEqual(await somebody('busy@mail.example').tries('wrong password'), wrong);
      }
      assert.equal((await somebody('busy@mail.example').tries('wrong password')).outcome, 'locked');
    } finally {
      await busy.close();
    }
  });

  test('answers 10,000 characters like any others', async () => {
    await makeAccount(here, { email: 'long@mail.example' });
    assert.deepEqual(await somebody('long@mail.example').tries('\ufdfa'.repeat(10_000)), wrong);
    assert.deepEqual(await somebody('l'.repeat(10_000)).tries('wrong password'), wrong);
  });
});
