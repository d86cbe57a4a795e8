import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { readAccount, sendSecurityCode, setPhone } from '#accounts';
import { readSimulatedInbox } from '#messaging';
import { listClients } from '#partners';
import { personas, sandboxPassword } from '#sandbox';
import { until } from '../support/until.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';

const p0 = personas.find(({ id }) => id === 'p0')?.account?.sub ?? '';
const publicKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ format: 'pem', type: 'spki' })
  .toString();

suite('the sandbox’s pages', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  async function read(
    path: string,
  ): Promise<{ status: number; text: string; cookie: string; formToken: string }> {
    const response = await fetch(new URL(path, sandbox.origin), { headers: { accept: 'text/html' } });
    const text = await response.text();
    return {
      status: response.status,
      text,
      cookie: response.headers
        .getSetCookie()
        .map((line) => line.split(';', 1)[0])
        .join('; '),
      formToken: /name="_csrf" value="([^"]+)"/u.exec(text)?.[1] ?? '',
    };
  }

  /** Sends one of a page's forms, as a browser without scripts does. */
  async function submit(page: string, address: string, fields: Record<string, string> = {}, forged = false) {
    const { cookie, formToken } = await read(page);
    const body = new URLSearchParams({ _csrf: forged ? 'guessed' : formToken, ...fields });
    const response = await fetch(new URL(address, sandbox.origin), {
      method: 'POST',
      headers: { cookie, accept: 'text/html' },
      body,
      redirect: 'manual',
    });
    return {
      status: response.status,
      location: response.headers.get('location'),
      text: await response.text(),
    };
  }

  for (const path of ['/sandbox', '/sandbox/inbox', '/sandbox/clients']) {
    for (const [language, word] of [
      ['en', 'Sandbox'],
      ['cy', 'Blwch tywod'],
    ] as const) {
      test(`${path} is there in ${language}, with the banner and without scripts of its own`, async () => {
        const response = await fetch(new URL(path, sandbox.origin), {
          headers: { accept: 'text/html', cookie: `language=${language}` },
        });
        const text = await response.text();
        assert.equal(response.status, 200);
        assert.match(text, new RegExp(`<html lang="${language}">`, 'u'));
        assert.ok(text.includes(`<strong>${word}</strong>`));
        assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|\son[a-z]+=/u);
      });
    }
  }

  test('the front page has everybody, the password, and settings with this sandbox’s address', async () => {
    const { text } = await read('/sandbox');
    for (const { email } of personas) assert.ok(text.includes(email));
    assert.ok(text.includes(sandboxPassword));
    assert.ok(text.includes(`${sandbox.origin}/.well-known/openid-configuration`));
    assert.ok(text.includes(`issuer-uri: ${sandbox.origin}`));
    assert.ok(text.includes(`href="${sandbox.demoOrigin}/"`));
  });

  test('a person is put back by a button', async () => {
    const { deps } = sandbox.home.house;
    await setPhone(deps, { accountId: p0, phone: '+447700900888' });
    const answer = await submit('/sandbox', '/sandbox/personas/p0/reset');
    assert.deepEqual([answer.status, answer.location], [303, '/sandbox']);
    assert.equal((await readAccount(deps, p0))?.phone, '+447700900002');
  });

  test('time is moved and put back by buttons', async () => {
    const shift = () => Math.round((sandbox.home.clock.now().getTime() - Date.now()) / 60_000);
    await submit('/sandbox', '/sandbox/clock', { advance: 'PT6M' });
    assert.equal(shift(), 6);
    await submit('/sandbox', '/sandbox/clock');
    assert.equal(Math.abs(shift()), 0);
  });

  test('a form that no page of ours made changes nothing', async () => {
    for (const address of ['/sandbox/clock', '/sandbox/clients', '/sandbox/inbox/clear', '/sandbox/reset']) {
      const answer = await submit('/sandbox', address, { advance: 'P1D' }, true);
      assert.equal(answer.status, 403, address);
    }
    assert.ok(Math.abs(sandbox.home.clock.now().getTime() - Date.now()) < 60_000);
  });

  test('the inbox shows a message with its code, safely, and is emptied by a button', async () => {
    const { house } = sandbox.home;
    const destination = 'ada&ben@people.example';
    await house.transact((deps) =>
      sendSecurityCode(deps, {
        purpose: 'confirm-email',
        channel: 'email',
        destination,
        boundTo: 'a page',
        language: 'en',
        remoteAddress: '127.0.0.1',
      }),
    );
    const code = await until(async () => (await readSimulatedInbox(house.deps))[0]?.code);
    const { text } = await read('/sandbox/inbox');
    assert.ok(text.includes(`<strong class="bevan-code">${code}</strong>`));
    assert.ok(text.includes('ada&amp;ben@people.example') && !text.includes(destination));
    assert.ok(!(await read('/sandbox/inbox?to=nobody@people.example')).text.includes(code));
    assert.equal((await submit('/sandbox/inbox', '/sandbox/inbox/clear')).location, '/sandbox/inbox');
    assert.deepEqual(await readSimulatedInbox(house.deps), []);
  });

  test('a service is registered and removed by forms', async () => {
    const registered = await submit('/sandbox/clients', '/sandbox/clients', {
      client_name: 'Form & Function',
      redirect_uris: 'http://localhost:8080/one\r\nhttp://localhost:8080/two\r\n',
      public_key_pem: publicKey,
    });
    assert.equal(registered.status, 303);
    const clientId = registered.location?.split('#')[1] ?? '';
    const clients = await listClients(sandbox.home.house.deps);
    assert.deepEqual(clients.find((client) => client.clientId === clientId)?.redirectUris, [
      'http://localhost:8080/one',
      'http://localhost:8080/two',
    ]);
    assert.ok((await read('/sandbox/clients')).text.includes('Form &amp; Function'));
    await submit('/sandbox/clients', `/sandbox/clients/${clientId}/remove`);
    assert.ok(!(await read('/sandbox/clients')).text.includes(clientId));
  });

  test('a registration that does not fit says what to do, at the field and above, and keeps what was typed', async () => {
    const answer = await submit('/sandbox/clients', '/sandbox/clients', {
      client_name: 'Typed by hand',
      redirect_uris: 'http://hilltop.example/',
      public_key_pem: '',
    });
    assert.equal(answer.status, 400);
    assert.match(answer.text, /There is a problem/u);
    assert.match(answer.text, /href="#redirect_uris"/u);
    assert.match(answer.text, /must start with https:\/\//u);
    assert.match(answer.text, /value="Typed by hand"/u);
    assert.match(answer.text, />http:\/\/hilltop\.example\/<\/textarea>/u);
  });
});
