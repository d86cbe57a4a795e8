import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { personas } from '#sandbox';
import { bareEnvironment } from '../support/bare-environment.ts';
import { openTestSandbox, prepareTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { call, locationIn, signIn } from './support.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const p0 = personas.find(({ id }) => id === 'p0')?.account?.sub ?? '';

/** Starts the demo service's program beside a sandbox, and waits until it answers. */
async function startDemo({ demoOrigin, demoClient }: TestSandbox, issuer: string): Promise<ChildProcess> {
  const program = spawn(process.execPath, [path.join(repository, 'demo/main.ts')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...bareEnvironment,
      DEMO_ISSUER: issuer,
      DEMO_PORT: new URL(demoOrigin).port,
      DEMO_CLIENT_ID: demoClient.clientId,
      DEMO_PRIVATE_KEY_FILE: demoClient.privateKeyFile,
      DEMO_LOGIN_NAME: 'Test login',
    },
  });
  await until(() =>
    fetch(`${demoOrigin}/health`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    ),
  );
  return program;
}

async function stopDemo(program: ChildProcess): Promise<number | null> {
  const exited = once(program, 'exit');
  program.kill('SIGTERM');
  await exited;
  return program.exitCode;
}

suite('the demo connected service', () => {
  let sandbox: TestSandbox;
  let program: ChildProcess;
  before(async () => {
    sandbox = await openTestSandbox();
    program = await startDemo(sandbox, sandbox.origin);
  });
  after(async () => {
    await stopDemo(program);
    await sandbox.close();
  });

  /** A browser at the demo service. */
  function openBrowser() {
    let cookie = '';
    const ask = async (address: string, form?: Record<string, string>) => {
      const sent = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
      const response = await fetch(new URL(address, sandbox.demoOrigin), {
        headers: { cookie },
        redirect: 'manual',
        ...sent,
      });
      const [line] = response.headers.getSetCookie();
      if (line !== undefined) cookie = line.split(';', 1)[0] ?? '';
      return {
        status: response.status,
        location: response.headers.get('location') ?? '',
        text: await response.text(),
      };
    };
    return {
      ask,
      get cookie() {
        return cookie;
      },
      /** Signs in through the login, and comes back. */
      signIn: async (query: string, persona = 'p0', consent = true) => {
        const { location } = await ask(`/sign-in?${query}`);
        const back = locationIn(await signIn(sandbox, { url: location, persona, consent }));
        return ask(back);
      },
    };
  }

  const shown = (text: string, claim: string) =>
    [...text.matchAll(new RegExp(`data-claim="${claim}">([^<]*)<`, 'gu'))].map(([, value]) => value);

  test('offers to sign in with the login’s name, on a page without scripts', async () => {
    const { status, text } = await openBrowser().ask('/');
    assert.equal(status, 200);
    assert.match(text, /Continue with Test login/u);
    assert.doesNotMatch(text, /<script|\son[a-z]+=/u);
    assert.doesNotMatch((await openBrowser().ask('/style.css')).text, /Frutiger|assets\.nhs\.uk/u);
  });

  test('sends what was chosen, with state, nonce and a code challenge', async () => {
    const { location } = await openBrowser().ask('/sign-in?vector=P0.Cp&scope=email&prompt=login');
    const { searchParams } = new URL(location);
    assert.equal(searchParams.get('vtr'), '["P0.Cp"]');
    assert.equal(searchParams.get('scope'), 'openid email');
    assert.equal(searchParams.get('prompt'), 'login');
    for (const name of ['state', 'nonce', 'code_challenge'])
      assert.ok((searchParams.get(name) ?? '').length >= 43);
  });

  test('shows what it received, token by token', async () => {
    const browser = openBrowser();
    const back = await browser.signIn('vector=P0.Cp.Cd&scope=email&scope=phone');
    assert.deepEqual([back.status, back.location], [303, '/tokens']);
    const { text } = await browser.ask('/tokens');
    assert.deepEqual(shown(text, 'sub'), [p0, p0, p0]);
    assert.deepEqual(shown(text, 'vot'), ['P0.Cp.Cd', 'P0.Cp.Cd']);
    assert.deepEqual(shown(text, 'alg'), ['RS512', 'RS512']);
    assert.deepEqual(shown(text, 'email'), ['p0@people.example']);
    assert.deepEqual(shown(text, 'phone_number_verified'), ['true']);
  });

  test('gives the session a new name when somebody signs in: the one that was there before shows nobody', async () => {
    const browser = openBrowser();
    await browser.ask('/sign-in?vector=P0.Cp');
    const planted = browser.cookie;
    await browser.signIn('vector=P0.Cp&scope=email');
    assert.notEqual(browser.cookie, planted);
    assert.equal((await browser.ask('/tokens')).status, 200);
    const other = await fetch(`${sandbox.demoOrigin}/tokens`, {
      headers: { cookie: planted },
      redirect: 'manual',
    });
    assert.deepEqual([other.status, other.headers.get('location')], [303, '/']);
  });

  test('refreshes, and shows that the refresh token changed', async () => {
    const browser = openBrowser();
    await browser.signIn('vector=P0.Cp&scope=email');
    const before = (await browser.ask('/tokens')).text;
    const token = /name="token" value="([^"]+)"/u.exec(before)?.[1] ?? '';
    assert.equal((await browser.ask('/refresh', { token: 'guessed' })).location, '/');
    assert.equal((await browser.ask('/refresh', { token })).location, '/tokens');
    const after = (await browser.ask('/tokens')).text;
    const [first] = shown(before, 'refresh_token');
    assert.deepEqual(shown(after, 'before'), [first]);
    assert.deepEqual(shown(after, 'after'), shown(after, 'refresh_token'));
    assert.notEqual(shown(after, 'refresh_token')[0], first);
    await browser.ask('/sign-out', { token });
    assert.equal((await browser.ask('/tokens')).location, '/');
  });

  test('tells who does not share that they can’t continue, why, and where help is', async () => {
    await call(sandbox, 'POST', '/personas/p0/reset');
    const { status, text } = await openBrowser().signIn('vector=P0.Cp&scope=email', 'p0', false);
    assert.equal(status, 403);
    assert.match(text, /<h1>You cannot continue<\/h1>/u);
    for (const help of [/999/u, /111/u, /GP surgery/u]) assert.match(text, help);
  });

  test('shows what is known of people who are known better', async () => {
    const browser = openBrowser();
    const everything = [
      'profile',
      'profile_extended',
      'landline',
      'gp_registration_details',
      'gp_integration_credentials',
      'client_metadata',
    ];
    await browser.signIn(
      `vector=P9.Cp.Cd&${everything.map((scope) => `scope=${scope}`).join('&')}`,
      'p9-with-gp-details',
    );
    const { text } = await browser.ask('/tokens');
    assert.deepEqual(shown(text, 'vot'), ['P9.Cp.Cd', 'P9.Cp.Cd']);
    assert.ok(shown(text, 'nhs_number').includes('9990000034'));
    assert.ok(shown(text, 'family_name').includes('Griffiths'));
    for (const claim of ['gp_registration_details', 'gp_integration_credentials', 'client_user_metadata'])
      assert.ok(shown(text, claim).length > 0, claim);
  });

  test('tells whoever is not known well enough that they can’t continue, and where help is', async () => {
    const { status, text } = await openBrowser().signIn('vector=P9.Cp.Cd', 'p5');
    assert.equal(status, 403);
    assert.match(text, /does not know well enough who you are/u);
    assert.match(text, /999/u);
  });

  test('shows other refusals with their code', async () => {
    const { status, text } = await openBrowser().signIn('vector=P0.Cp&prompt=none');
    assert.equal(status, 400);
    assert.deepEqual(shown(text, 'error'), ['sso_login_required']);
  });

  test('takes no answer that this browser did not ask for, and none twice', async () => {
    const browser = openBrowser();
    const { location } = await browser.ask('/sign-in?vector=P0.Cp');
    const back = locationIn(await signIn(sandbox, { url: location, persona: 'p0' }));
    assert.equal((await openBrowser().ask(back)).status, 400);
    assert.equal((await browser.ask(back)).status, 303);
    assert.equal((await browser.ask(back)).status, 400);
    assert.equal((await browser.ask('/callback')).status, 400);
  });

  test('shows nothing of an answer as code', async () => {
    const browser = openBrowser();
    const { location } = await browser.ask('/sign-in?vector=P0.Cp');
    const state = new URL(location).searchParams.get('state') ?? '';
    const { text } = await browser.ask(
      `/callback?${new URLSearchParams({ state, error: 'invalid_scope', error_description: '<script>x</script>', iss: sandbox.origin }).toString()}`,
    );
    assert.doesNotMatch(text, /<script>/u);
    assert.match(text, /&lt;script&gt;/u);
  });
});

suite('a demo service whose login is away', () => {
  test('says so, and signs in as soon as it is back', async () => {
    const sandbox = await prepareTestSandbox();
    const program = await startDemo(sandbox, sandbox.origin);
    const away = await fetch(`${sandbox.demoOrigin}/sign-in?vector=P0.Cp`, { redirect: 'manual' });
    assert.equal(away.status, 503);
    assert.match(await away.text(), /not available at the moment/u);
    await sandbox.listen();
    const back = await fetch(`${sandbox.demoOrigin}/sign-in?vector=P0.Cp`, { redirect: 'manual' });
    assert.equal(back.status, 303);
    assert.equal(await stopDemo(program), 0);
    await sandbox.close();
  });
});
