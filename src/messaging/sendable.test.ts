import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { secondsAfter } from '#foundation/clock';
import { Fault } from '#foundation/errors';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { sendMessage, startMessagingWork, type OutgoingMessage } from './index.ts';
import type { Sender } from './sender.ts';

const code = '135790';
const ada = 'ada@people.example';
/** It takes nothing: what may be sent waits. */
const sender: Sender = { send: () => Promise.resolve({ outcome: 'not_now', reason: 'test-down' }) };

let open: TestHouse;
before(async () => {
  open = await createTestHouse();
  await startMessagingWork(open.house, open.jobs, { email: sender, sms: sender });
});
after(() => open.close());
afterEach(async () => {
  await open.house.database.pool.query('DELETE FROM jobs.job');
  await open.house.database.pool.query('DELETE FROM messaging.outgoing_message');
});

const confirmation = (to = ada): OutgoingMessage => ({
  message: 'confirm-email',
  channel: 'email',
  to,
  language: 'en',
  values: { code },
  usefulUntil: secondsAfter(open.clock.now(), 3600),
});
const send = (message: OutgoingMessage) => open.house.transact((deps) => sendMessage(deps, message));
const countWaiting = async () =>
  (await open.house.database.pool.query('SELECT FROM messaging.outgoing_message')).rowCount;

describe('what may be sent', () => {
  const refuses = (message: OutgoingMessage, why: string) =>
    assert.rejects(
      send(message),
      (error) => error instanceof Fault && error.code === 'messaging.unsendable',
      why,
    );

  test('goes to one plain address: nobody can add headers or recipients', async () => {
    const addresses = [
      'a@b.example\r\nBcc: c@d.example',
      'a@b.example\nSubject: hello',
      'a@b.example\r',
      'a@b.example\u2028',
      'a@b.example\0',
      'a@b.example, c@d.example',
      'a@b.example;c@d.example',
      'Ada <a@b.example>',
      '<a@b.example>',
      '"a b"@c.example',
      'a b@c.example',
      'a@b@c.example',
      'ad\u202Ea@b.example',
      'a@b.example?cc=c@d.example',
      `${'a'.repeat(250)}@b.example`,
      'nobody',
      '',
    ];
    for (const to of addresses) await refuses(confirmation(to), JSON.stringify(to));
    const plain = ['ada.o-neill+x@b.example', "o'brien@b.example", 'a_b/c=d@xn--tda.example'];
    for (const to of plain) await send(confirmation(to));
    assert.equal(await countWaiting(), plain.length);
  });

  test('goes to one number in international form', async () => {
    const toNumber = (to: string): OutgoingMessage => ({
      ...confirmation(to),
      message: 'sign-in-code',
      channel: 'sms',
      values: { code },
    });
    const numbers = [
      '07700900123',
      '+44',
      '+447700900123\n',
      '+447700900123,+447700900124',
      '+44 7700 900123',
      ada,
    ];
    for (const to of numbers) await refuses(toNumber(to), JSON.stringify(to));
    await send(toNumber('+447700900123'));
  });

  test('carries a code of six digits, or a web address, and nothing else', async () => {
    for (const wrong of ['12345', '1234567', '12345a', '１２３４５６', '<b>12</b>', '123456\n']) {
      await refuses({ ...confirmation(), message: 'already-registered', values: { code: wrong } }, wrong);
    }
    const links = [
      'javascript:alert(1)',
      'https://a.example/ b',
      'https://a.example/"x',
      'https://a.example/\r\nx',
      'a.example',
    ];
    for (const link of links) {
      await refuses({ ...confirmation(), message: 'reset-password', values: { link } }, link);
    }
  });

  test('has words for its channel: a code to sign in never goes to an e-mail address', async () => {
    await refuses({ ...confirmation(), message: 'sign-in-code', values: { code } }, 'sign-in-code by e-mail');
    await refuses({ ...confirmation('+447700900123'), channel: 'sms' }, 'confirm-email by text message');
  });

  test('is refused without repeating what was given', async () => {
    const refused = await send(confirmation('secret@people.example\r\n')).catch((error: unknown) => error);
    assert.ok(refused instanceof Fault);
    assert.doesNotMatch(`${refused.message} ${String(refused.cause)}`, /secret|people|135790/u);
  });
});
