import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { clearSimulatedInbox, readSimulatedInbox, sweepMessaging } from '../index.ts';
import type { ReadyMessage } from '../sender.ts';
import plug from './plug.ts';

let open: TestHouse;
before(async () => {
  open = await createTestHouse();
});
after(() => open.close());
afterEach(async () => {
  open.clock.reset();
  await clearSimulatedInbox(open.house.deps);
});

const sender = plug.createSender({ mode: 'sandbox', environment: {}, channels: plug.channels });
const keep = (more: Partial<ReadyMessage> = {}) =>
  sender.send(
    open.house,
    {
      id: randomUUID(),
      attempt: 1,
      channel: 'sms',
      language: 'en',
      to: '+447700900123',
      text: '135790 is your code',
      code: '135790',
      links: [],
      ...more,
    },
    new AbortController().signal,
  );
const read = (...[filter]: Parameters<typeof readSimulatedInbox> extends [unknown, ...infer R] ? R : never) =>
  readSimulatedInbox(open.house.deps, filter);

test('messages are read newest first, with their codes and links set apart', async () => {
  const link = 'https://login.example/reset-password/abc';
  const mail = { subject: 'A subject', text: `Go to ${link}`, html: '<p>Go</p>', links: [link] };
  await keep();
  await sender.send(
    open.house,
    { id: randomUUID(), attempt: 1, channel: 'email', language: 'en', to: 'Ada@People.example', ...mail },
    new AbortController().signal,
  );
  const [newest, oldest, ...others] = await read();
  assert.deepEqual(others, []);
  assert.equal(oldest?.code, '135790');
  assert.deepEqual(oldest.links, []);
  assert.ok(!('subject' in oldest) && !('html' in oldest));
  const { id, sentAt, ...rest } = newest ?? { id: '', sentAt: new Date(0) };
  assert.match(id, /^[0-9a-f-]{36}$/u);
  assert.ok(sentAt > new Date(0));
  assert.deepEqual(rest, { channel: 'email', to: 'Ada@People.example', ...mail });
});

test('they can be chosen by recipient in any case, channel, time and number', async () => {
  await keep({ channel: 'email', to: 'Ada@People.example', text: 'first' });
  open.clock.advance(60);
  const since = open.clock.now();
  await keep({ text: 'second' });
  await keep({ text: 'third' });
  const texts = async (...filter: Parameters<typeof read>) => (await read(...filter)).map(({ text }) => text);
  assert.deepEqual(await texts(), ['third', 'second', 'first']);
  assert.deepEqual(await texts({ to: 'ada@people.EXAMPLE' }), ['first']);
  assert.deepEqual(await texts({ channel: 'sms' }), ['third', 'second']);
  assert.deepEqual(await texts({ since }), ['third', 'second']);
  assert.deepEqual(await texts({ limit: 1 }), ['third']);
  assert.deepEqual(await texts({ to: '%' }), []);
});

test('sweeping bounds them in age and number', async () => {
  await keep({ text: 'old' });
  open.clock.advance(29 * 24 * 3600);
  await keep({ text: 'new' });
  await sweepMessaging(open.house.deps);
  assert.equal((await read()).length, 2);
  open.clock.advance(2 * 24 * 3600);
  await sweepMessaging(open.house.deps);
  assert.deepEqual(
    (await read()).map(({ text }) => text),
    ['new'],
  );

  const { pool } = open.house.database;
  await pool.query(
    `INSERT INTO messaging.inbox_message (id, channel, recipient, text, links, sent_at)
     SELECT gen_random_uuid(), 'sms', '+447700900123', n::text, '{}', $1 FROM generate_series(1, 6000) n`,
    [open.clock.now()],
  );
  await sweepMessaging(open.house.deps);
  const { rows } = await pool.query<{ count: string; oldest: string }>(
    'SELECT count(*), min(text::int) AS oldest FROM messaging.inbox_message',
  );
  assert.deepEqual(rows, [{ count: '5000', oldest: 1001 }]);
});
