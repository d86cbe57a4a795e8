import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, suite, test } from 'node:test';
import { auditOf, makeAccount } from '../../../../test/support/accounts.ts';
import { openCodes, wrongCode } from '../../../../test/support/codes.ts';
import { createTestHouse } from '../../../../test/support/house.ts';

const minute = 60;
const hour = 60 * minute;

const { here, there, inbox, somebody, send, sendAndRead, check, lockOut, close } = await openCodes();
after(close);

suite('a security code', () => {
  test('five wrong ones lock for 15 minutes, again within 24 hours for 1 hour, whatever is asked for in between', async () => {
    const { sms } = somebody();
    assert.deepEqual(await lockOut(sms, await sendAndRead(sms)), { tries: 5, minutes: 15 });
    const otherJourney = { ...sms, boundTo: randomUUID() };
    assert.equal((await send(otherJourney)).outcome, 'locked');
    here.clock.advance(15 * minute + 1);

    for (let tries = 0; tries < 4; tries += 1) {
      const journey = { ...sms, boundTo: randomUUID() };
      const sent = await sendAndRead(journey);
      assert.deepEqual(await check(journey, { ...sent, code: wrongCode(sent.code) }), {
        outcome: 'no_match',
      });
    }
    assert.deepEqual(await lockOut(otherJourney, await sendAndRead(otherJourney)), { tries: 1, minutes: 60 });
    here.clock.advance(59 * minute);
    assert.equal((await send(sms)).outcome, 'locked');
    here.clock.advance(minute + 1);
    assert.equal((await lockOut(sms, await sendAndRead(sms))).minutes, 60);
    here.clock.advance(25 * hour);
    assert.deepEqual(await lockOut(sms, await sendAndRead(sms)), { tries: 5, minutes: 15 });
  });

  test('asked for while wrong ones have it locked is not counted: one is sent once the lock is over', async () => {
    const { sms } = somebody();
    assert.equal((await lockOut(sms, await sendAndRead(sms))).minutes, 15);
    here.clock.advance(10 * minute);
    for (let asked = 0; asked < 8; asked += 1) assert.equal((await send(sms)).outcome, 'locked');
    here.clock.advance(5 * minute + 1);
    assert.equal((await send(sms)).outcome, 'sent');
  });

  test('while locked is refused though right, and right ones forgive wrong ones before', async () => {
    const { mail, email } = somebody();
    const sent = await sendAndRead(mail);
    assert.equal((await lockOut(mail, sent)).minutes, 15);
    assert.equal((await check(mail, sent)).outcome, 'locked');
    here.clock.advance(15 * minute + 1);
    assert.deepEqual(await check(mail, sent), { outcome: 'match', destination: email });
    const again = await sendAndRead(mail);
    for (let tries = 0; tries < 4; tries += 1) {
      assert.deepEqual(await check(mail, { ...again, code: wrongCode(again.code) }), { outcome: 'no_match' });
    }
    assert.equal((await check(mail, again)).outcome, 'match');
  });

  test('locked for one purpose works for another: a stranger can’t lock somebody’s sign-in', async () => {
    const { sms } = somebody();
    await lockOut(sms, await sendAndRead(sms));
    const signIn = { ...sms, purpose: 'sign-in' } as const;
    assert.equal((await check(signIn, await sendAndRead(signIn))).outcome, 'match');
  });

  test('of fifty wrong ones at the same moment, in two processes, five are looked at', async () => {
    const { sms } = somebody();
    const { id: accountId } = await makeAccount(here, { email: 'storm-of-codes@mail.example' });
    const signIn = { ...sms, purpose: 'sign-in', accountId } as const;
    const sent = await sendAndRead(signIn);
    const wrong = { ...sent, code: wrongCode(sent.code) };
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => check(signIn, wrong, index % 2 === 0 ? here : there)),
    );
    const events = await auditOf(here, accountId);
    assert.equal(events.filter((type) => type === 'code.wrong').length, 5);
    assert.equal((await check(signIn, sent)).outcome, 'locked');
  });

  test('is not sent a sixth time within 15 minutes, and 15 minutes later it is', async () => {
    const { sms, phone } = somebody();
    for (let requests = 0; requests < 5; requests += 1) {
      const sent = await send({ ...sms, boundTo: randomUUID() }, requests % 2 === 0 ? here : there);
      assert.equal(sent.outcome, 'sent');
    }
    const now = here.clock.now();
    const sixth = await send({ ...sms, remoteAddress: '203.0.113.6' });
    assert.equal(sixth.outcome, 'locked');
    assert.equal(Math.round((sixth.until.getTime() - now.getTime()) / 60_000), 15);
    assert.equal(await inbox.countAll(phone), 5);
    here.clock.advance(15 * minute + 1);
    assert.equal((await send(sms)).outcome, 'sent');
  });

  test('is refused to a network that asks for too many, or enters too many wrong ones', async () => {
    const environment = { BEVAN_CODE_REQUESTS_PER_ADDRESS: '3', BEVAN_WRONG_CODES_PER_ADDRESS: '3' };
    const careful = await createTestHouse({ beside: here, environment });
    try {
      const asking = { remoteAddress: '198.51.100.1' };
      for (let requests = 0; requests < 3; requests += 1) {
        assert.equal((await send({ ...somebody().sms, ...asking }, careful)).outcome, 'sent');
      }
      assert.equal((await send({ ...somebody().sms, ...asking }, careful)).outcome, 'locked');

      const guessing = { remoteAddress: '198.51.100.2' };
      for (const outcome of ['no_match', 'no_match', 'locked']) {
        const { sms } = somebody();
        const sent = await sendAndRead(sms);
        const guess = { ...sent, code: wrongCode(sent.code) };
        assert.equal((await check({ ...sms, ...guessing }, guess, careful)).outcome, outcome);
      }
      const { sms } = somebody();
      const sent = await sendAndRead(sms);
      assert.equal((await check({ ...sms, ...guessing }, sent, careful)).outcome, 'locked');
      assert.equal((await check(sms, sent, careful)).outcome, 'match');
    } finally {
      await careful.close();
    }
  });
});
