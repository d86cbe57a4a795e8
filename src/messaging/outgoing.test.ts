import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { secondsAfter } from '#foundation/clock';
import { createLog } from '#foundation/log';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { standsIn } from '../../test/support/stands-in.ts';
import { sendMessage, startMessagingWork, sweepMessaging, type OutgoingMessage } from './index.ts';
import type { ReadyMessage, Sender, SendOutcome } from './sender.ts';

type Answer = (message: ReadyMessage) => SendOutcome;
const take: Answer = () => ({ outcome: 'sent' });
const hold: Answer = () => ({ outcome: 'not_now', reason: 'test-down' });

const code = '135790';
const ada = 'ada@people.example';
const logged: string[] = [];

/** What the sender answers, and what it was given since the test began. */
let answer = hold;
let given: ReadyMessage[] = [];
const sender: Sender = {
  send: async (_house, message) => {
    given.push(message);
    return answer(message);
  },
};
const senders = { email: sender, sms: sender };

let open: TestHouse;
let beside: TestHouse;
let auditedBefore = '0';
before(async () => {
  const log = createLog({ level: 'debug', destination: { write: (line: string) => void logged.push(line) } });
  open = await createTestHouse({ log });
  beside = await createTestHouse({ beside: open, log });
  for (const { house, jobs } of [open, beside]) await startMessagingWork(house, jobs, senders);
});
after(async () => {
  await beside.close();
  await open.close();
});
beforeEach(async () => {
  [answer, given] = [hold, []];
  const [last] = await select<{ id: string }>('SELECT coalesce(max(id), 0) AS id FROM audit.event');
  auditedBefore = last?.id ?? '0';
});
afterEach(async () => {
  open.clock.reset();
  await select('DELETE FROM jobs.job');
  await select('DELETE FROM messaging.outgoing_message');
});

const inAnHour = () => secondsAfter(open.clock.now(), 3600);
const confirmation = (to = ada, usefulUntil = inAnHour()): OutgoingMessage => ({
  message: 'confirm-email',
  channel: 'email',
  to,
  language: 'en',
  values: { code },
  usefulUntil,
});
const send = (message: OutgoingMessage = confirmation()) =>
  open.house.transact((deps) => sendMessage(deps, message));

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let looks = 0; looks < 2000; looks += 1) {
    if (await what()) return;
    await wait(20);
  }
  assert.fail('what the test waits for never came');
}

async function select<T extends object>(text: string): Promise<T[]> {
  const { rows } = await open.house.database.pool.query<T>(text);
  return rows;
}
const countWaiting = async () => (await select('SELECT FROM messaging.outgoing_message')).length;
const countJobs = async (state: string) =>
  (await select(`SELECT FROM jobs.job WHERE name LIKE 'messaging.send-%' AND state = '${state}'`)).length;
const auditOf = (type: string) =>
  select<{ details: object }>(
    `SELECT details FROM audit.event WHERE type = 'message.${type}' AND id > ${auditedBefore}`,
  );

/** Everything that these schemas hold, as text. */
async function readEverything(schemas: readonly string[]): Promise<string> {
  const tables = await select<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('${schemas.join("','")}')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await select<{ text: string }>(`SELECT row_to_json(t)::text AS text FROM ${name} t`);
    texts.push(...rows.map(({ text }) => text));
  }
  return texts.join('\n');
}

describe('a message on its way', () => {
  test('is unreadable in the database: neither its address nor its code', async () => {
    await send();
    await until(async () => (await countJobs('retry')) === 1);
    const everything = await readEverything(['messaging', 'jobs', 'audit']);
    assert.ok(everything.includes('messaging.send-email'));
    const hex = (text: string) => Buffer.from(text).toString('hex');
    for (const secret of [ada, 'people.example', code, hex(ada), hex(code)]) {
      assert.ok(!standsIn(everything, secret), secret);
    }
  });

  test('can’t be put in the place of another', async () => {
    await send(confirmation('eve@people.example'));
    await send();
    await until(() => new Set(given.map(({ to }) => to)).size === 2);
    await select(
      'UPDATE messaging.outgoing_message SET sealed = (SELECT sealed FROM messaging.outgoing_message ORDER BY id LIMIT 1)',
    );
    [answer, given] = [take, []];
    await until(async () => (await countWaiting()) === 1);
    await until(async () => (await countJobs('retry')) === 1);
    assert.equal(given.length, 1);
  });

  test('isn’t sent when what caused it is rolled back', async () => {
    answer = take;
    const rolledBack = open.house.transact(async (deps) => {
      await sendMessage(deps, confirmation('changed-my-mind@people.example'));
      throw new Error('changed my mind');
    });
    await assert.rejects(rolledBack);
    await send();
    await until(async () => (await countJobs('completed')) === 1);
    assert.deepEqual(
      given.map(({ to }) => to),
      [ada],
    );
    assert.equal(await countWaiting(), 0);
  });

  test('is written in the language of who gets it, with what it carries set apart', async () => {
    answer = take;
    await send({ ...confirmation(), language: 'cy' });
    await until(() => given.length === 1);
    const [message] = given;
    assert.equal(message?.subject, 'Eich cod diogelwch ar gyfer Bevan login');
    assert.match(message.text, /Eich cod diogelwch yw 135790/u);
    assert.match(message.html ?? '', /<html lang="cy">/u);
    assert.equal(message.code, code);
    assert.deepEqual(message.links, []);
  });

  test('is gone from the database when it has been sent, and audited without saying to whom', async () => {
    answer = take;
    await send();
    await until(async () => (await countWaiting()) === 0);
    assert.deepEqual(await auditOf('sent'), [{ details: { channel: 'email', message: 'confirm-email' } }]);
  });
});

describe('a sender that can’t take a message', () => {
  test('is asked again with the same id, and told that it may have had the message', async () => {
    answer = (message) => (message.attempt < 3 ? hold(message) : take(message));
    await send();
    await until(async () => (await countWaiting()) === 0);
    assert.deepEqual(
      given.map(({ attempt }) => attempt),
      [1, 2, 3],
    );
    assert.equal(new Set(given.map(({ id }) => id)).size, 1);
  });

  test('is not asked again after a refusal for good, which is audited without saying to whom', async () => {
    answer = () => ({ outcome: 'refused', reason: 'test-550' });
    await send();
    await until(async () => (await countJobs('completed')) === 1);
    assert.deepEqual(await auditOf('refused'), [
      { details: { channel: 'email', message: 'confirm-email', reason: 'test-550' } },
    ]);
    assert.equal(await countWaiting(), 0);
    assert.equal(given.length, 1);
  });

  test('can throw what it likes: neither queue nor log repeats its words', async () => {
    answer = ({ to, text }) => {
      throw Object.assign(new Error(`550 <${to}> ${text}`, { cause: { to, text } }), {
        request: { to, text },
      });
    };
    await send();
    await until(async () => (await countJobs('retry')) === 1);
    const kept = `${logged.join('')}\n${await readEverything(['jobs', 'audit'])}`;
    assert.match(kept, /a job failed/u);
    assert.match(kept, /unexpected/u);
    assert.ok(!kept.includes(ada) && !standsIn(kept, code));
  });
});

describe('a message that comes too late', () => {
  test('is dropped instead of sent, and audited', async () => {
    await send();
    await until(() => given.length > 0);
    answer = take;
    open.clock.advance(3600);
    await until(async () => (await countWaiting()) === 0);
    assert.deepEqual(await auditOf('too_late'), [
      { details: { channel: 'email', message: 'confirm-email' } },
    ]);
    assert.deepEqual(await auditOf('sent'), []);
  });

  test('is swept, and audited, should its job be lost', async () => {
    await send();
    await send(confirmation(ada, secondsAfter(open.clock.now(), 24 * 3600)));
    await until(async () => (await countJobs('retry')) === 2);
    await select('DELETE FROM jobs.job');
    await sweepMessaging(open.house.deps);
    assert.equal(await countWaiting(), 2);
    open.clock.advance(2 * 3600);
    await sweepMessaging(open.house.deps);
    assert.equal(await countWaiting(), 1);
    assert.deepEqual(await auditOf('too_late'), [{ details: { count: 1 } }]);
  });
});

describe('several processes', () => {
  test('lose nothing when the one that promised messages is killed before they were sent', async () => {
    const recipients = ['one@people.example', 'two@people.example'];
    const program = path.resolve(import.meta.dirname, '../../test/support/sending-process.ts');
    const facts = [open.databaseUrl, open.masterKey.toString('base64'), ...recipients];
    const child = spawn(process.execPath, [program, ...facts], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const [said] = await Promise.race([once(child.stdout, 'data'), ended]);
    assert.equal(String(said), 'committed\n');
    child.kill('SIGKILL');
    await ended;
    assert.equal(await countWaiting(), 2);
    [answer, given] = [take, []];
    await until(async () => (await countWaiting()) === 0);
    assert.deepEqual(given.map(({ to }) => to).toSorted(), recipients);
  });

  test('share the work: each message is sent once', async () => {
    answer = take;
    const recipients = Array.from({ length: 40 }, (_, index) => `person-${index}@people.example`);
    await Promise.all(recipients.map((to) => send(confirmation(to))));
    await until(async () => (await countWaiting()) === 0);
    assert.deepEqual(given.map(({ to }) => to).toSorted(), recipients.toSorted());
  });
});
