import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { SettingsFault, type Environment } from '#foundation/settings';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { startNotifyDouble, type NotifyDouble } from '../../../test/support/notify-double.ts';
import type { Channel, ReadyMessage } from '../sender.ts';
import plug from './plug.ts';

let open: TestHouse;
let notify: NotifyDouble;
before(async () => {
  open = await createTestHouse();
});
after(() => open.close());
beforeEach(async () => {
  notify = await startNotifyDouble();
});
afterEach(() => notify.stop());

const settings = (more: Environment = {}): Environment => ({
  BEVAN_NOTIFY_API_KEY: notify.apiKey,
  BEVAN_NOTIFY_BASE_URL: notify.url,
  BEVAN_NOTIFY_EMAIL_TEMPLATE: notify.emailTemplate,
  BEVAN_NOTIFY_SMS_TEMPLATE: notify.smsTemplate,
  ...more,
});
const start = (environment: Environment, channels: readonly Channel[] = plug.channels) =>
  plug.createSender({ mode: 'production', environment, channels });

const message = (more: Partial<ReadyMessage> = {}): ReadyMessage => ({
  id: randomUUID(),
  attempt: 1,
  channel: 'sms',
  language: 'en',
  to: '+447700900123',
  text: '135790 is your code',
  code: '135790',
  links: [],
  ...more,
});
const send = (more: Partial<ReadyMessage> = {}, environment = settings()) =>
  start(environment).send(open.house, message(more), new AbortController().signal);

test('a message goes through the template of its channel, with the message’s id as reference', async () => {
  const id = randomUUID();
  await send({ id });
  await send({ channel: 'email', to: 'ada@people.example', subject: 'A subject', text: 'A body' });
  assert.deepEqual(notify.requests, ['POST /v2/notifications/sms', 'POST /v2/notifications/email']);
  assert.equal(notify.taken[0]?.reference, id);
  assert.equal(notify.taken[0].body, '135790 is your code');
  assert.equal(notify.taken[1]?.subject, 'A subject');
});

test('a wrong key, too many requests and trouble on their side are reasons to try again; a bad request is not', async () => {
  const otherKey = `a-test-key-${randomUUID()}-${randomUUID()}`;
  const answered = [await send({}, settings({ BEVAN_NOTIFY_API_KEY: otherKey }))];
  for (const status of [429, 500, 503, 400]) {
    notify.answerNext(status);
    answered.push(await send());
  }
  assert.deepEqual(answered, [
    { outcome: 'not_now', reason: 'notify-403' },
    { outcome: 'not_now', reason: 'notify-429' },
    { outcome: 'not_now', reason: 'notify-500' },
    { outcome: 'not_now', reason: 'notify-503' },
    { outcome: 'refused', reason: 'notify-400' },
  ]);
  assert.deepEqual(notify.taken, []);
});

test('a message whose acceptance was not heard is looked up, and not sent a second time', async () => {
  notify.answerNext(0);
  const first = message();
  assert.equal((await send(first)).outcome, 'not_now');
  assert.equal(notify.taken.length, 1);
  assert.deepEqual(await send({ ...first, attempt: 2 }), { outcome: 'sent' });
  assert.equal(notify.taken.length, 1);
  assert.deepEqual(notify.requests, ['POST /v2/notifications/sms', 'GET /v2/notifications']);
});

test('only the template of a channel that it was chosen for is needed', () => {
  const { BEVAN_NOTIFY_EMAIL_TEMPLATE, BEVAN_NOTIFY_SMS_TEMPLATE, ...rest } = settings();
  start({ ...rest, BEVAN_NOTIFY_SMS_TEMPLATE }, ['sms']);
  start({ ...rest, BEVAN_NOTIFY_EMAIL_TEMPLATE }, ['email']);
  assert.throws(
    () => start({ ...rest, BEVAN_NOTIFY_SMS_TEMPLATE }, ['email', 'sms']),
    (fault) =>
      fault instanceof SettingsFault &&
      fault.problems.join().startsWith('BEVAN_NOTIFY_EMAIL_TEMPLATE is not set'),
  );
});

test('a key goes to nobody without TLS, but to this machine', () => {
  const faulty = [
    'http://api.notifications.example',
    'ftp://api.notifications.example',
    'notifications',
    'https://',
  ];
  for (const BEVAN_NOTIFY_BASE_URL of faulty) {
    assert.throws(() => start(settings({ BEVAN_NOTIFY_BASE_URL })), SettingsFault, BEVAN_NOTIFY_BASE_URL);
  }
  start(settings({ BEVAN_NOTIFY_BASE_URL: 'https://api.notifications.example/' }));
  start(settings({ BEVAN_NOTIFY_BASE_URL: undefined }));
});

test('what is no key, as they are issued, stops the start', () => {
  for (const BEVAN_NOTIFY_API_KEY of ['key', `${randomUUID()}-${randomUUID()}`, `name-${randomUUID()}`]) {
    assert.throws(() => start(settings({ BEVAN_NOTIFY_API_KEY })), SettingsFault, BEVAN_NOTIFY_API_KEY);
  }
});
