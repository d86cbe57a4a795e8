import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { createLog } from '#foundation/log';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { rawRequest } from '../support/raw-request.ts';
import type { TestService } from '../support/service.ts';
import { standsIn } from '../support/stands-in.ts';
import { until } from '../support/until.ts';
import { signUp, signInWithPassword, words } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
let log = '';
const somebody = createPeople();
before(async () => {
  const destination = { write: (line: string) => (log += line) };
  app = await startTestApp({ log: createLog({ level: 'debug', destination }) });
  service = await app.registerTestService();
});
after(() => app.close());

test('the log holds no address, number, password, code, token or cookie, however much it says', async () => {
  const who = somebody('ada');
  const browser = new Person(app);
  const arrival = await signUp({ app, service, browser, who }, { vtr: '["P0.Cp.Cd"]' });
  const { accessToken } = await service.finish(arrival);
  const other = new Person(app);
  const secrets: string[] = [];
  await signInWithPassword({ app, service, browser: other, who: { ...who, password: 'a wrong guess 77' } });
  await other.press(words.en.forgotten);
  await other.submit({ email: who.email });
  const link = await app.linkFor(who.email);
  secrets.push(link.split('/').at(-1) ?? '');
  await other.open(link);
  await other.submit({ password: 'another harbour 41', passwordAgain: 'another harbour 41' });
  // What services and strangers send that is wrong.
  const ask = (path: string, form: Record<string, string>) =>
    fetch(`${app.listensAt}${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { authorization: `Bearer ${accessToken}x` },
    });
  await ask('/token', {
    grant_type: 'refresh_token',
    refresh_token: 'a-made-up-token',
    client_id: who.email,
  });
  await ask('/userinfo', {});
  await rawRequest(app.listensAt, { path: `/authorize?client_id=${who.email}&login_hint=${who.email}` });
  await rawRequest(app.listensAt, {
    path: `/reset-password/${who.email}?x=${who.phone.replaceAll(' ', '')}`,
  });

  const cookies = Object.values({ ...browser.cookies, ...other.cookies });
  secrets.push(
    ...cookies,
    who.email,
    who.email.slice(0, who.email.indexOf('@')),
    who.password,
    'a wrong guess 77',
    'another harbour 41',
    '7700900001',
    accessToken,
    arrival.searchParams.get('code') ?? '',
    'a-made-up-token',
  );
  assert.ok(log.split('\n').length > 40);
  for (const secret of secrets) {
    assert.ok(secret.length > 1);
    const written = log.indexOf(secret);
    assert.equal(written, -1, log.slice(Math.max(0, written - 200), written + 100));
  }
  const { rows } = await app.home.house.database.pool.query<{ code: string }>(
    'SELECT code FROM messaging.inbox_message WHERE code IS NOT NULL',
  );
  assert.ok(rows.length > 1);
  for (const { code } of rows) assert.ok(!standsIn(log, code), 'a code stands in the log');
});

/** Begins a request, and breaks off before its body is complete. */
async function hangUp(path: string): Promise<void> {
  const { port } = new URL(app.listensAt);
  const socket = connect(Number(port), '127.0.0.1');
  const head = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Length: 100'];
  socket.write(`${head.join('\r\n')}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=`);
  await once(socket, 'connect');
  setImmediate(() => socket.destroy());
  await once(socket, 'close');
}

test('a caller who hangs up is no trouble with the database, and wakes nobody', async () => {
  for (const path of ['/token', '/authorize', '/sign-up/AAAAAAAAAAAAAAAAAAAAAA/email']) {
    const before = log.length;
    await hangUp(path);
    await until(() => /hung up|database|failed/u.test(log.slice(before)), `word of who hung up at ${path}`);
    assert.doesNotMatch(log.slice(before), /"level":[4-6]0/u);
  }
});

test('strangers add no rows to the metrics, whatever they ask for', async () => {
  const rows = async () => (await (await fetch(`${app.listensAt}/metrics`)).text()).split('\n').length;
  const askAll = async (mark: string) => {
    for (let index = 0; index < 20; index += 1) {
      for (const path of [
        `/${mark}${index}`,
        `/sign-up/${mark}${index}/x`,
        `/reset-password/${mark}${index}`,
      ])
        await rawRequest(app.listensAt, { path });
      await rawRequest(app.listensAt, { path: `/authorize?client_id=${mark}${index}`, method: 'POST' });
    }
  };
  await askAll('first');
  await rows();
  const before = await rows();
  await askAll('second');
  assert.equal(await rows(), before);
});
