import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { auditOf, makeAccount } from '../../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../../test/support/house.ts';
import { openInbox, type TestInbox } from '../../../../test/support/inbox.ts';
import { watchStatements } from '../../../../test/support/statements.ts';
import { checkSecurityCode, sendSecurityCode, type CodeRequest } from './code.ts';

const minute = 60;
const hour = 60 * minute;

suite('a security code', () => {
  let here: TestHouse;
  let there: TestHouse;
  let inbox: TestInbox;
  before(async () => {
    here = await createTestHouse();
    there = await createTestHouse({ beside: here });
    inbox = await openInbox(here);
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  let people = 0;
  /** Somebody with a phone, an address and a place in the network of their own, in a journey of their own. */
  const somebody = () => {
    people += 1;
    const phone = `+4477009${String(people).padStart(5, '0')}`;
    const email = `person-${people}@mail.example`;
    const from = { boundTo: randomUUID(), remoteAddress: `2001:db8:0:${people.toString(16)}::1` };
    const sms = {
      purpose: 'confirm-phone',
      channel: 'sms',
      destination: phone,
      language: 'en',
      ...from,
    } as const;
    const mail = {
      purpose: 'confirm-email',
      channel: 'email',
      destination: email,
      language: 'en',
      ...from,
    } as const;
    return { phone, email, sms, mail };
  };
  const send = (request: CodeRequest, house: TestHouse = here) =>
    house.house.transact((deps) => sendSecurityCode(deps, request));
  const sendAndRead = async (request: CodeRequest) => {
    const sent = await send(request);
    assert.equal(sent.outcome, 'sent');
    return { codeId: sent.codeId, code: await inbox.nextCode(request.destination) };
  };
  const check = (request: CodeRequest, of: { codeId: string; code: string }, house: TestHouse = here) => {
    const { purpose, boundTo, remoteAddress } = request;
    return house.house.transact((deps) =>
      checkSecurityCode(deps, { purpose, boundTo, remoteAddress, ...of }),
    );
  };
  const wrongCode = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  /** Enters wrong codes until that locks. @returns how many were looked at, and for how many minutes it locked */
  const lockOut = async (request: CodeRequest, of: { codeId: string; code: string }) => {
    for (let tries = 1; ; tries += 1) {
      const now = here.clock.now();
      const checked = await check(
        request,
        { ...of, code: wrongCode(of.code) },
        tries % 2 === 0 ? here : there,
      );
      if (checked.outcome === 'locked') {
        return { tries, minutes: Math.round((checked.until.getTime() - now.getTime()) / 60_000) };
      }
      assert.deepEqual(checked, { outcome: 'no_match' });
    }
  };

  test('has six digits, proves where it was sent, and works once', async () => {
    const { sms, phone } = somebody();
    const sent = await sendAndRead(sms);
    assert.match(sent.code, /^\d{6}$/u);
    assert.deepEqual(await check(sms, sent, there), { outcome: 'match', destination: phone });
    assert.deepEqual(await check(sms, sent), { outcome: 'expired' });
  });

  test('comes in the language and to the spelling of the address that mail servers read', async () => {
    const { mail } = somebody();
    const destination = 'Ada.Code@Bücher.example';
    const sent = await send({ ...mail, destination, language: 'cy' });
    assert.equal(sent.outcome, 'sent');
    const message = await inbox.next('Ada.Code@xn--bcher-kva.example');
    const checked = await check({ ...mail, destination }, { codeId: sent.codeId, code: message.code ?? '' });
    assert.deepEqual(checked, { outcome: 'match', destination });
    assert.match(message.text, /eich/iu);
  });

  test('works for nothing but what it was sent for', async () => {
    const { sms } = somebody();
    const sent = await sendAndRead(sms);
    assert.deepEqual(await check({ ...sms, boundTo: randomUUID() }, sent), { outcome: 'expired' });
    assert.deepEqual(await check({ ...sms, purpose: 'sign-in' }, sent), { outcome: 'expired' });
    assert.deepEqual(await check(sms, { ...sent, codeId: randomUUID() }), { outcome: 'expired' });
    assert.deepEqual(await check(sms, { ...sent, codeId: '' }), { outcome: 'expired' });
    assert.equal((await check(sms, sent)).outcome, 'match');
  });

  test('lives for 5 minutes as a text message and for 1 hour as an e-mail', async () => {
    for (const [request, life] of [
      [somebody().sms, 5 * minute],
      [somebody().mail, hour],
    ] as const) {
      const [early, late] = [
        { ...request, boundTo: randomUUID() },
        { ...request, boundTo: randomUUID() },
      ];
      const sent = [await sendAndRead(early), await sendAndRead(late)] as const;
      here.clock.advance(life - 10);
      assert.equal((await check(early, sent[0])).outcome, 'match');
      here.clock.advance(11);
      assert.deepEqual(await check(late, sent[1]), { outcome: 'expired' });
    }
  });

  test('takes the place of an earlier one for the same', async () => {
    const { sms } = somebody();
    const [first, second] = [await sendAndRead(sms), await sendAndRead(sms)];
    assert.deepEqual(await check(sms, first), { outcome: 'expired' });
    assert.equal((await check(sms, second)).outcome, 'match');
  });

  test('is never two usable ones, though asked for twice at the same moment', async () => {
    const { sms } = somebody();
    const sent = await Promise.all([send(sms, here), send(sms, there)]);
    const codes = [await inbox.nextCode(sms.destination), await inbox.nextCode(sms.destination)];
    let matches = 0;
    for (const one of sent) {
      assert.equal(one.outcome, 'sent');
      for (const code of codes) {
        if ((await check(sms, { codeId: one.codeId, code })).outcome === 'match') matches += 1;
      }
    }
    assert.equal(matches, 1);
  });

  test('redeemed many times at the same moment, in two processes, works once', async () => {
    const { sms } = somebody();
    const sent = await sendAndRead(sms);
    const checked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => check(sms, sent, index % 2 === 0 ? here : there)),
    );
    const outcomes = checked.map(({ outcome }) => outcome).toSorted();
    assert.deepEqual(outcomes, [...Array.from({ length: 19 }, () => 'expired'), 'match']);
  });

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

  test('for an address that has an account comes with other words, and nothing else differs', async () => {
    const [known, unknown] = [somebody().mail, somebody().mail];
    await makeAccount(here, { email: known.destination.toUpperCase() });
    const whatHappensFor = async (request: CodeRequest) => {
      const { house, statements } = watchStatements(here.house);
      const sent = await house.transact((deps) => sendSecurityCode(deps, request));
      assert.deepEqual(Object.keys(sent), ['outcome', 'codeId']);
      const message = await inbox.next(request.destination);
      const checked = await check(request, {
        codeId: sent.outcome === 'sent' ? sent.codeId : '',
        code: message.code ?? '',
      });
      assert.deepEqual(checked, { outcome: 'match', destination: request.destination });
      return { statements, words: message.text.replace(message.code ?? '', '') };
    };
    const told = await whatHappensFor(known);
    const asked = await whatHappensFor(unknown);
    for (const table of ['limit_count', 'email_key', 'security_code', 'outgoing_message', 'event'])
      assert.ok(
        asked.statements.some((asks) => asks.includes(table)),
        table,
      );
    assert.deepEqual(told.statements, asked.statements);
    assert.notEqual(told.words, asked.words);
  });

  test('stands nowhere in the database, nor does the address or number that it goes to', async () => {
    const { sms, phone } = somebody();
    const other = await createTestHouse();
    try {
      const itsInbox = await openInbox(other);
      const sent = await send(sms, other);
      assert.equal(sent.outcome, 'sent');
      const code = await itsInbox.nextCode(phone);
      const { pool } = other.house.database;
      const { rows } = await pool.query('SELECT * FROM accounts.security_code');
      const { rows: limits } = await pool.query('SELECT * FROM security.limit_count');
      assert.equal(rows.length, 1);
      assert.ok(limits.length >= 2);
      const stored = JSON.stringify([rows, limits]);
      for (const secret of [
        `"${code}"`,
        phone,
        phone.slice(3),
        sms.boundTo,
        Buffer.from(phone).toJSON().data.join(),
      ]) {
        assert.ok(!stored.includes(secret));
      }
    } finally {
      await other.close();
    }
  });

  test('exists only if the transaction in which it was sent commits', async () => {
    const { sms, phone } = somebody();
    const changedMind = new Error('something broke');
    await assert.rejects(
      here.house.transact(async (deps) => {
        await sendSecurityCode(deps, sms);
        throw changedMind;
      }),
      changedMind,
    );
    assert.equal(await inbox.countAll(phone), 0);
  });

  test('is compared with 10,000 characters, or none, as with any other text', async () => {
    const { sms } = somebody();
    const sent = await sendAndRead(sms);
    for (const code of ['', '\u0000'.repeat(10_000), `${sent.code} `]) {
      assert.deepEqual(await check(sms, { ...sent, code }), { outcome: 'no_match' });
    }
  });
});
