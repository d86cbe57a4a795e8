import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, suite, test } from 'node:test';
import { makeAccount } from '../../../../test/support/accounts.ts';
import { openCodes } from '../../../../test/support/codes.ts';
import { createTestHouse } from '../../../../test/support/house.ts';
import { openInbox } from '../../../../test/support/inbox.ts';
import { watchStatements } from '../../../../test/support/statements.ts';
import { sendSecurityCode, type CodeRequest } from './code.ts';

const minute = 60;
const hour = 60 * minute;

const { here, there, inbox, somebody, send, sendAndRead, check, close } = await openCodes();
after(close);

suite('a security code', () => {
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
