import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { openRequestLog } from '#sandbox';
import { sql } from 'kysely';
import { z } from 'zod';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import {
  challengeOf,
  exchange,
  listKept,
  makeVerifier,
  post,
  registerClumsy,
  visit,
  type ClumsyService,
} from './explained.ts';
import { until } from '../support/until.ts';
import { call } from './support.ts';

const tokensShape = z.object({ access_token: z.string(), refresh_token: z.string(), id_token: z.string() });

suite('the log of requests', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  const count = async (): Promise<number> => {
    const rows = await sql<{ n: string }>`SELECT count(*) AS n FROM sandbox.request`.execute(
      sandbox.home.house.database.db,
    );
    return Number(rows.rows[0]?.n);
  };
  const garbage = (times: number) =>
    Promise.all(
      Array.from({ length: times }, (_, n) => visit(`${sandbox.origin}/authorize?client_id=none-${n}`)),
    );

  /** A whole sign-in with proof key, details, and a refresh. @returns every secret that was sent or given */
  async function wholeSignIn(service: ClumsyService): Promise<string[]> {
    const verifier = makeVerifier();
    const challenge = { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' };
    const [state, nonce] = ['the-secret-state', 'the-secret-nonce'];
    const code = await service.code({ ...challenge, state, nonce, login_hint: 'p0@people.example' });
    const assertion = await service.assertion();
    const { body } = await service.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: service.redirectUri,
      code_verifier: verifier,
      client_assertion: assertion,
    });
    const tokens = tokensShape.parse(body);
    await visit(`${sandbox.origin}/userinfo`, 'application/json', {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    await service.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
    return [code, verifier, state, nonce, assertion.split('.')[2] ?? '', ...Object.values(tokens)];
  }

  test('tells a whole sign-in step by step, as one', async () => {
    const service = await registerClumsy(sandbox);
    await wholeSignIn(service);
    const kept = await listKept(sandbox, `?client_id=${service.clientId}`);
    assert.deepEqual(
      kept.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`),
      [
        'token accepted',
        'userinfo accepted',
        'token accepted',
        'return accepted',
        'return waiting',
        'authorize waiting',
      ],
    );
    assert.equal(new Set(kept.map(({ sign_in: signIn }) => signIn)).size, 1);
    const told = kept
      .toReversed()
      .flatMap(({ steps }) => steps)
      .join('\n');
    const expected = [
      /^\/authorize arrived by GET for hilltop-\w+, with response_type=code, scope=openid email and vtr=\["P0\.Cp"\]/u,
      /Accepted: the client, its redirect URI, the scopes and vtr/u,
      /asked to sign in, because nobody is signed in/u,
      /The person signed in with a password\./u,
      /asked what to share/u,
      /The person agreed to share\./u,
      /sent to the redirect URI with a code for openid and email; vot is P0\.Cp/u,
      /The service authenticated with its assertion/u,
      /The code was exchanged for openid and email/u,
      /The access token was good/u,
      /The refresh token was exchanged/u,
    ];
    let place = 0;
    for (const pattern of expected) {
      const found = told.slice(place).search(pattern);
      assert.notEqual(found, -1, `${String(pattern)} in order in\n${told}`);
      place += found;
    }
  });

  test('says what of an accepted request was ignored', async () => {
    const service = await registerClumsy(sandbox);
    await visit(service.address({ scope: 'openid email shoe_size' }));
    const [kept] = await listKept(sandbox, `?client_id=${service.clientId}`);
    assert.equal(kept?.outcome, 'waiting');
    assert.match(
      kept?.steps.join(' ') ?? '',
      /Ignored, because nothing is released for it here: shoe_size\./u,
    );
  });

  test('holds no secret and nothing of a person, sent rightly or wrongly', async () => {
    const service = await registerClumsy(sandbox);
    const secrets = await wholeSignIn(service);
    const { access_token: token, refresh_token: refreshToken } = await exchange(service);
    const misplaced = {
      password: 'correct horse',
      client_secret: 'hush-hush',
      scope: `openid ${token} ada@people.example 943 476 5919`,
      client_id: refreshToken,
      grant_type: refreshToken,
      redirect_uri: `https://ada:lovelace@hilltop.example/?code=${refreshToken}#${token}`,
    };
    const form = new URLSearchParams(misplaced).toString();
    await visit(`${sandbox.origin}/authorize?${form}&response_type=${token}`);
    await visit(service.address({ vtr: token, prompt: refreshToken, display: 'p0@people.example' }));
    await post(`${sandbox.origin}/token`, form);
    await post(`${sandbox.origin}/token`, form, {
      'content-type': `application/x-www-form-urlencoded; ${token}`,
      authorization: `Basic ${btoa('hilltop:hush-hush')}`,
    });
    await post(`${sandbox.origin}/token`, form, {
      'content-type': 'text/plain',
      authorization: 'correct horse',
    });
    for (const authorization of [token, refreshToken, `Bearer ${refreshToken} ${token}`, `Bearer ${token}x`])
      await visit(`${sandbox.origin}/userinfo?access_token=${token}`, 'application/json', {
        headers: { authorization },
      });
    await visit(`${sandbox.origin}/userinfo`, 'application/json', {
      headers: { authorization: refreshToken },
    });
    await service.token({
      client_assertion: await service.assertion({
        email: 'ada@people.example',
        name: 'Ada Lovelace',
        jti: refreshToken,
      }),
    });
    const { rows } =
      await sql`SELECT to_jsonb(request)::text AS text FROM sandbox.request AS request`.execute(
        sandbox.home.house.database.db,
      );
    const all = JSON.stringify([rows, await listKept(sandbox)]);
    const unwanted = [
      ...secrets,
      ...[token, refreshToken].flatMap((secret) => [secret, secret.slice(-40), secret.slice(0, 60)]),
      btoa('hilltop:hush-hush'),
      'hush-hush',
      'correct horse',
      'people.example',
      'lovelace',
      'Lovelace',
      '943 476 5919',
    ];
    for (const secret of unwanted) assert.ok(!all.includes(secret), secret);
    // Three letters stand by chance in what ties requests to each other.
    assert.doesNotMatch(all, /(?<![\w-])Ada(?![\w-])/u);
  });

  test('of strangers’ garbage there is no more than room is left, and a service’s own requests stay', async () => {
    const service = await registerClumsy(sandbox);
    for (let n = 0; n < 5; n += 1) await visit(service.address({ vtr: `mine ${n}` }));
    await garbage(260);
    assert.equal(await count(), 200);
    const mine = await listKept(sandbox, `?client_id=${service.clientId}`);
    assert.deepEqual(
      mine.map(({ received }) => received.find(({ name }) => name === 'vtr')?.value),
      ['mine 4', 'mine 3', 'mine 2', 'mine 1', 'mine 0'],
    );
  });

  test('a service that asks without end pushes out its own, the oldest first', async () => {
    const [loud, quiet] = [await registerClumsy(sandbox), await registerClumsy(sandbox)];
    await visit(quiet.address({ vtr: 'quiet' }));
    for (let n = 0; n < 220; n += 20)
      await Promise.all(Array.from({ length: 20 }, () => visit(loud.address({ vtr: 'loud' }))));
    await visit(loud.address({ vtr: 'the last' }));
    assert.equal(await count(), 200);
    assert.equal((await listKept(sandbox, `?client_id=${quiet.clientId}`)).length, 1);
    const [newest] = await listKept(sandbox, `?client_id=${loud.clientId}&limit=1`);
    assert.match(newest?.steps[0] ?? '', /the last/u);
  });

  test('two processes on one database keep 200 together, and see each other’s', async () => {
    await call(sandbox, 'DELETE', '/requests');
    const { house } = sandbox.home;
    const other = openRequestLog(house);
    const request = (n: number) =>
      ({
        endpoint: 'authorize',
        caller: { method: 'GET', headers: { host: 'localhost' }, socket: { remoteAddress: '127.0.0.1' } },
        method: 'GET',
        params: [['client_id', `second-${n}`]],
        contentType: undefined,
        authorization: undefined,
        clientId: undefined,
        ties: [],
        answer: {
          outcome: 'refused',
          status: 400,
          error: 'invalid_client',
          description: undefined,
          byRedirect: false,
        },
      }) as const;
    await Promise.all([garbage(120), ...Array.from({ length: 120 }, (_, n) => other.observe(request(n)))]);
    assert.equal(await count(), 200);
    const seen = new Set((await other.list()).map(({ client_id: id }) => id?.split('-')[0]));
    assert.ok(seen.has('none') && seen.has('second'));
    await other.close();
  });

  test('what was accepted is written without anybody asking for it', async () => {
    await call(sandbox, 'DELETE', '/requests');
    await visit(`${sandbox.origin}/.well-known/openid-configuration`);
    await visit(`${sandbox.origin}/.well-known/jwks.json`);
    await until(async () => ((await count()) === 2 ? true : undefined));
    const kept = await listKept(sandbox);
    assert.deepEqual(
      kept.map(({ endpoint }) => endpoint),
      ['keys', 'discovery'],
    );
  });

  test('what strangers send is short, and harmless on a page', async () => {
    await call(sandbox, 'DELETE', '/requests');
    const nasty = `<script>alert(1)</script>"'\u0001\u202e${'y '.repeat(1000)}`;
    const cutInHalf = Object.fromEntries(
      Array.from({ length: 8 }, (_, n) => [`${'n'.repeat(n)}${'🐝'.repeat(40)}`, 'v']),
    );
    await visit(
      `${sandbox.origin}/authorize?${new URLSearchParams({ ...cutInHalf, vtr: `1${'🐝 '.repeat(200)}` }).toString()}`,
    );
    await visit(
      `${sandbox.origin}/authorize?${new URLSearchParams({ client_id: nasty, prompt: nasty, [nasty]: nasty }).toString()}`,
    );
    const many = Array.from({ length: 500 }, (_, n) => `p${n}=${n}`).join('&');
    await visit(`${sandbox.origin}/authorize?client_id=x&${many}`);
    const kept = await listKept(sandbox);
    assert.equal(kept.length, 3);
    for (const one of kept) assert.ok(JSON.stringify(one).length < 12_000);
    for (const path of ['', `/${kept[1]?.id ?? ''}`]) {
      const { status, text } = await visit(`${sandbox.origin}/sandbox/requests${path}`, 'text/html');
      assert.equal(status, 200);
      assert.match(text, /&lt;script&gt;alert/u);
      assert.doesNotMatch(text, /<script>|\p{Cf}/u);
    }
  });

  test('whoever may not read it gets the answer that production gives', async () => {
    const service = await registerClumsy(sandbox);
    const form = new URLSearchParams({ grant_type: 'x', client_id: service.clientId }).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const stranger of [
      { 'x-forwarded-for': '203.0.113.7' },
      { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' },
    ]) {
      const { body } = await post(`${sandbox.origin}/token`, form, { ...type, ...stranger });
      assert.deepEqual(Object.keys(body), ['error', 'error_description']);
    }
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const page = await visit(service.address({ redirect_uri: 'https://x.example' }), 'text/html', {
      headers,
    });
    assert.doesNotMatch(page.text, /developer|Registered/u);
    const { location } = await visit(service.address({ state: undefined }), 'text/html', { headers });
    assert.equal(location.searchParams.get('error'), 'invalid_request');
    assert.equal(location.searchParams.has('error_uri'), false);
    assert.equal((await listKept(sandbox, `?client_id=${service.clientId}`)).length, 4);
  });

  test('a log that can’t be written keeps nobody from an answer', async () => {
    const { db } = sandbox.home.house.database;
    const service = await registerClumsy(sandbox);
    await sql`ALTER TABLE sandbox.request RENAME TO elsewhere`.execute(db);
    try {
      const { status, body } = await service.token({ grant_type: 'password' });
      assert.deepEqual([status, body['error']], [400, 'unsupported_grant_type']);
      await exchange(service);
    } finally {
      await sql`ALTER TABLE sandbox.elsewhere RENAME TO request`.execute(db);
    }
    await visit(service.address({ vtr: 'again' }));
    assert.match((await listKept(sandbox))[0]?.steps[0] ?? '', /again/u);
  });

  test('a request is not to be guessed, and one that is gone is said to be', async () => {
    for (const id of ['0', 'x'.repeat(16), '%27%20OR%201=1', 'x'.repeat(400)]) {
      assert.equal((await call(sandbox, 'GET', `/requests/${id}`)).status, 404, id);
      assert.equal((await visit(`${sandbox.origin}/sandbox/requests/${id}`, 'text/html')).status, 404, id);
    }
    assert.equal((await call(sandbox, 'GET', '/requests?limit=201')).status, 400);
  });
});
