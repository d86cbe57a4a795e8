import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { checkPassword, forgetAccount, readAccount, readPhone, setPhone } from '#accounts';
import { removeClient } from '#partners';
import { personas, sandboxPassword, seedSandbox } from '#sandbox';
import { z } from 'zod';
import { makeAccount } from '../support/accounts.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, locationIn, refusalIn, registerService, signIn } from './support.ts';

const persona = (id: string) => {
  const found = personas.find((one) => one.id === id);
  assert.ok(found);
  return found;
};
const listed = z.array(
  z.object({
    id: z.string(),
    level: z.string().nullable(),
    email: z.string(),
    password: z.string(),
    story: z.string(),
  }),
);
const timed = z.object({ now: z.string() });

suite('the sandbox’s people', () => {
  let sandbox: TestSandbox;
  let seededIds: string[];
  before(async () => {
    sandbox = await openTestSandbox();
    seededIds = await clientIds();
  });
  after(() => sandbox.close());

  const clientIds = async () =>
    z
      .array(z.object({ client_id: z.string() }))
      .parse((await call(sandbox, 'GET', '/clients')).body)
      .map((client) => client.client_id)
      .toSorted();
  const passwordOf = (id: string, password = sandboxPassword) =>
    checkPassword(sandbox.home.house, { email: persona(id).email, password, remoteAddress: '127.0.0.1' });

  test('are listed with what a tester needs', async () => {
    const { status, body } = await call(sandbox, 'GET', '/personas');
    assert.equal(status, 200);
    const people = listed.parse(body);
    assert.deepEqual(
      people.map(({ id, level }) => [id, level]),
      [
        ['new', null],
        ['p0', 'P0'],
        ['p0-without-phone', 'P0'],
        ['p0-locked', 'P0'],
        ['scotland', 'P0'],
        ['northern-ireland', 'P0'],
        ['under-age', 'P0'],
        ['consent-refused', 'P0'],
        ['p5', 'P5'],
        ['p9', 'P9'],
        ['p9-with-gp-details', 'P9'],
        ['superseded-number', 'P5'],
        ['record-withdrawn', 'P5'],
        ['record-shows-death', 'P5'],
        ['name-mismatch', 'P0'],
        ['several-matches', 'P0'],
        ['deceased', 'P0'],
        ['restricted', 'P0'],
        ['nhs-number-taken', 'P0'],
        ['gp-details-ready-z99001', 'P5'],
        ['gp-details-ready-z99002', 'P5'],
        ['gp-details-ready-z99003', 'P5'],
        ['gp-details-used', 'P5'],
        ['gp-details-expired', 'P5'],
        ['gp-details-wrong-practice', 'P5'],
        ['gp-details-moved-practice', 'P5'],
        ['gp-details-withdrawn', 'P5'],
        ['im1-credentials-stale', 'P9'],
        ['fast-track-ready', 'P5'],
        ['fast-track-blocked', 'P5'],
        ['practice-limited', 'P5'],
        ['im1-access-lost', 'P9'],
        ['im1-moved-practice', 'P9'],
        ['photo-check-pending', 'P5'],
        ['photo-check-on-hold', 'P5'],
        ['photo-check-approved', 'P9'],
        ['photo-check-declined-new-photo', 'P5'],
        ['photo-check-declined-other-document', 'P5'],
        ['photo-check-declined-new-video', 'P5'],
        ['photo-check-declined-check-details', 'P5'],
        ['photo-check-declined-ask-practice', 'P5'],
        ['photo-check-declined-another-way', 'P5'],
      ],
    );
    for (const { email, story } of people) {
      assert.match(email, /@people\.example$/u);
      assert.ok(story.length > 20);
    }
  });

  test('are as their stories say', async () => {
    assert.deepEqual(await passwordOf('p0'), { outcome: 'match', accountId: persona('p0').account?.sub });
    assert.equal((await passwordOf('p0-without-phone')).outcome, 'match');
    assert.equal((await passwordOf('p0-locked')).outcome, 'locked');
    assert.equal((await passwordOf('new')).outcome, 'no_match');
    const account = await readAccount(
      sandbox.home.house.deps,
      persona('p0-without-phone').account?.sub ?? '',
    );
    assert.equal(account?.phone, null);
  });

  test('have mobile numbers that the pages accept and nobody really has', () => {
    for (const { mobile } of personas) {
      if (mobile === undefined) continue;
      assert.match(mobile, /^07700 900\d{3}$/u);
      assert.equal(readPhone(mobile, { international: false, refusedCountries: [] }).outcome, 'valid');
    }
  });

  test('are put in place and back by several at once without getting in each other’s way', async () => {
    const { house } = sandbox.home;
    await house.transact((deps) => forgetAccount(deps, persona('p0').account?.sub ?? ''));
    await house.transact((deps) => removeClient(deps, sandbox.demoClient.clientId));
    const seeds = Array.from({ length: 3 }, () => seedSandbox(house, { origin: sandbox.demoOrigin }));
    const resets = Array.from({ length: 3 }, () => call(sandbox, 'POST', '/personas/p0/reset'));
    await Promise.all(seeds);
    for (const { status } of await Promise.all(resets)) assert.equal(status, 200);
    assert.equal((await passwordOf('p0')).outcome, 'match');
    assert.equal((await call(sandbox, 'GET', `/clients/${sandbox.demoClient.clientId}`)).status, 200);
  });

  test('stay as they are when the sandbox starts again', async () => {
    const { house } = sandbox.home;
    const accountId = persona('p0').account?.sub ?? '';
    await setPhone(house.deps, { accountId, phone: '+447700900777' });
    await seedSandbox(house, { origin: sandbox.demoOrigin });
    assert.equal((await readAccount(house.deps, accountId))?.phone, '+447700900777');
  });

  test('are put back one by one, with what they agreed to and their locks', async () => {
    const service = await registerService(sandbox);
    const url = await service.ask();
    locationIn(await signIn(sandbox, { url, persona: 'p0' }));
    for (let tries = 0; tries < 7; tries += 1) await passwordOf('p0', 'wrong');
    assert.equal((await passwordOf('p0')).outcome, 'locked');

    const answer = await call(sandbox, 'POST', '/personas/p0/reset');
    assert.equal(answer.status, 200);
    assert.equal(
      (await readAccount(sandbox.home.house.deps, persona('p0').account?.sub ?? ''))?.phone,
      '+447700900002',
    );
    const refused = new URL(locationIn(await signIn(sandbox, { url, persona: 'p0', consent: false })));
    assert.equal(refused.searchParams.get('error_description'), 'ConsentNotGiven');
  });

  test('who made a login with the address of “new” leaves no trace after a reset', async () => {
    const { id } = await makeAccount(sandbox.home, { email: 'NEW@people.example' });
    await call(sandbox, 'POST', '/personas/new/reset');
    assert.equal(await readAccount(sandbox.home.house.deps, id), undefined);
  });

  test('a reset of somebody locked locks them again', async () => {
    assert.equal((await call(sandbox, 'POST', '/personas/P0%20locked/reset')).status, 200);
    assert.equal((await passwordOf('p0-locked')).outcome, 'locked');
  });

  test('a person whom nobody knows cannot be reset', async () => {
    const answer = await call(sandbox, 'POST', '/personas/nobody/reset');
    assert.equal(answer.status, 404);
    assert.equal(refusalIn(answer).error, 'unknown_persona');
  });

  test('putting everything back removes what was added', async () => {
    const stranger = await makeAccount(sandbox.home, { email: 'somebody@else.example' });
    await registerService(sandbox);
    assert.equal((await call(sandbox, 'POST', '/reset')).status, 204);
    assert.equal(await readAccount(sandbox.home.house.deps, stranger.id), undefined);
    assert.deepEqual(await clientIds(), seededIds);
    assert.deepEqual((await call(sandbox, 'GET', '/messages')).body, []);
    assert.equal((await passwordOf('p0')).outcome, 'match');
  });

  test('the demo service’s key is made once, and only its owner can read it', async () => {
    const { privateKeyFile } = sandbox.demoClient;
    const before = await readFile(privateKeyFile, 'utf8');
    assert.match(before, /^-----BEGIN PRIVATE KEY-----/u);
    assert.equal((await stat(privateKeyFile)).mode & 0o777, 0o600);
    const again = await seedSandbox(sandbox.home.house, { origin: 'http://localhost:4567' });
    assert.equal(await readFile(again.privateKeyFile, 'utf8'), before);
    const { body } = await call(sandbox, 'GET', `/clients/${again.clientId}`);
    assert.deepEqual(z.object({ redirect_uris: z.array(z.string()) }).parse(body).redirect_uris, [
      'http://localhost:4567/callback',
    ]);
  });
});

suite('the sandbox’s time', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  test('moves forward, and back to the machine’s', async () => {
    const before = sandbox.home.clock.now().getTime();
    const { status, body } = await call(sandbox, 'POST', '/clock', { advance: 'P1DT6M' });
    assert.equal(status, 200);
    const moved = new Date(timed.parse(body).now).getTime() - before;
    assert.ok(moved >= 86_760_000 && moved < 86_760_000 + 60_000);
    const back = await call(sandbox, 'DELETE', '/clock');
    assert.ok(Math.abs(new Date(timed.parse(back.body).now).getTime() - Date.now()) < 60_000);
  });

  test('what is not a duration moves nothing', async () => {
    for (const advance of ['6 minutes', '', 'P', 'PT', '-PT6M', 'P101Y', 6, null]) {
      const answer = await call(sandbox, 'POST', '/clock', { advance });
      assert.equal(answer.status, 400, String(advance));
      assert.match(refusalIn(answer).error_description, /duration/u);
    }
    assert.ok(Math.abs(sandbox.home.clock.now().getTime() - Date.now()) < 60_000);
  });

  test('a code is worth nothing eleven minutes later', async () => {
    const service = await registerService(sandbox);
    const location = locationIn(await signIn(sandbox, { url: await service.ask(), persona: 'p0' }));
    await call(sandbox, 'POST', '/clock', { advance: 'PT11M' });
    await assert.rejects(service.exchange(location), /invalid_grant|server responded with an error/u);
    await call(sandbox, 'DELETE', '/clock');
  });

  test('who is locked for the story is locked tomorrow, too', async () => {
    await call(sandbox, 'POST', '/clock', { advance: 'P1D' });
    const { email } = persona('p0-locked');
    const attempt = { email, password: sandboxPassword, remoteAddress: '127.0.0.1' };
    assert.equal((await checkPassword(sandbox.home.house, attempt)).outcome, 'locked');
    await call(sandbox, 'DELETE', '/clock');
  });
});
