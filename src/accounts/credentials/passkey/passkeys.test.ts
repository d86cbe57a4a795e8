import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { z } from 'zod';
import { auditOf, makeAccount } from '../../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../../test/support/house.ts';
import { openInbox, type TestInbox } from '../../../../test/support/inbox.ts';
import { SoftDevice, type Behaviour } from '../../../../test/support/passkeys.ts';
import { untilWaiting } from '../../../../test/support/waiting.ts';
import { forgetAccount, recordSignIn } from '../../account/account.ts';
import { sweepAccounts } from '../../sweep.ts';
import { checkPasskey, describePasskeySignIn } from './check.ts';
import { addPasskey, describeNewPasskey, listPasskeys, removePasskey, renamePasskey } from './passkeys.ts';

const hour = 3600;

const askedToUse = z.looseObject({ challenge: z.string(), rpId: z.string(), userVerification: z.string() });
const askedToCreate = z.looseObject({
  challenge: z.string(),
  rp: z.object({ id: z.string() }),
  user: z.object({ id: z.string(), name: z.string() }),
});

suite('a passkey', () => {
  let here: TestHouse;
  let there: TestHouse;
  let inbox: TestInbox;
  before(async () => {
    here = await createTestHouse();
    there = await createTestHouse({ beside: here });
    inbox = await openInbox(here);
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  let people = 0;
  const somebody = () =>
    makeAccount(here, { email: `person-${(people += 1)}@mail.example`, phone: '+447700900342' });
  const newDevice = () => new SoftDevice(here.house.settings.issuer);
  const optionsFor = async (accountId: string, boundTo = 'visit') =>
    askedToCreate.parse(await describeNewPasskey(here.house.deps, { accountId, boundTo }));
  const question = async (boundTo = 'visit') =>
    askedToUse.parse(await describePasskeySignIn(here.house.deps, boundTo));
  const add = (accountId: string, response: string, boundTo = 'visit') =>
    there.house.transact((deps) =>
      addPasskey(deps, { accountId, boundTo, provenAt: here.clock.now(), response, name: 'Phone' }),
    );
  const check = (
    response: string,
    { boundTo = 'visit', at = there }: { boundTo?: string; at?: TestHouse } = {},
  ) => at.house.transact((deps) => checkPasskey(deps, { response, boundTo }));
  const setUp = async (behaviour: Behaviour = {}) => {
    const { id: accountId, email } = await somebody();
    const device = newDevice();
    const added = await add(accountId, device.create(await optionsFor(accountId), behaviour));
    assert.ok(added.outcome === 'added');
    return { accountId, email, device, passkeyId: added.passkeyId };
  };

  test('is asked of a device so that it finds it by itself, and uses it only for whoever unlocks it', async () => {
    const { id: accountId, email } = await somebody();
    const options = await optionsFor(accountId);
    assert.deepEqual(options.authenticatorSelection, {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    });
    assert.deepEqual([options.attestation, options.rp.id, options.user.name], ['none', 'localhost', email]);
    assert.ok(!JSON.stringify(options).includes(accountId));
    assert.equal((await question()).userVerification, 'required');
  });

  test('signs in its owner, whichever process asked and whichever is answered', async () => {
    const { accountId, device } = await setUp();
    assert.deepEqual(await check(device.use(await question())), { outcome: 'match', accountId });
    assert.deepEqual(await check(device.use(await question()), { at: here }), {
      outcome: 'match',
      accountId,
    });
    const [passkey] = await listPasskeys(here.house.deps, accountId);
    assert.ok(passkey?.lastUsedAt instanceof Date);
    assert.deepEqual([passkey.name, passkey.isSynced, passkey.isSuspended], ['Phone', false, false]);
  });

  test('is asked for in the same way of everybody, with and without one: only what is to be signed differs', async () => {
    const { challenge: one, ...asked } = await question();
    await setUp();
    const { challenge: other, ...askedAgain } = await question();
    assert.deepEqual(asked, askedAgain);
    assert.notEqual(one, other);
    assert.equal(one.length, other.length);
  });

  test('answers a question once, of two answers at the same moment too', async () => {
    const { accountId, device } = await setUp();
    const answer = device.use(await question());
    const outcomes = await Promise.all([check(answer), check(answer, { at: here }), check(answer)]);
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome).toSorted((one, two) => one.localeCompare(two)),
      ['expired', 'expired', 'match'],
    );
    assert.equal((await check(answer)).outcome, 'expired');
    const [passkey] = await listPasskeys(here.house.deps, accountId);
    assert.equal(passkey?.isSuspended, false);
  });

  test('answers only what was asked in the same visit, within the hour, and by us', async () => {
    const { accountId, device } = await setUp();
    const asked = await question('this visit');
    assert.equal((await check(device.use(asked), { boundTo: 'another visit' })).outcome, 'expired');
    const changed = { ...asked, challenge: `${asked.challenge.slice(0, -2)}AA` };
    assert.equal((await check(device.use(changed), { boundTo: 'this visit' })).outcome, 'expired');
    const later = { ...asked, challenge: `${asked.challenge.slice(0, 24)}____${asked.challenge.slice(28)}` };
    assert.equal((await check(device.use(later), { boundTo: 'this visit' })).outcome, 'expired');
    const toSetUp = await optionsFor(accountId, 'this visit');
    const mixed = device.use({ ...asked, challenge: toSetUp.challenge });
    assert.equal((await check(mixed, { boundTo: 'this visit' })).outcome, 'expired');
    here.clock.advance(hour + 1);
    assert.equal((await check(device.use(asked), { boundTo: 'this visit' })).outcome, 'expired');
    here.clock.reset();
    assert.equal((await check(device.use(asked), { boundTo: 'this visit' })).outcome, 'match');
  });

  for (const [title, behaviour] of [
    ['whoever could not unlock the device', { isUnlocked: false }],
    ['a page of somebody else', { origin: 'https://login.example.net' }],
    ['another domain', { rpId: 'example.net' }],
    ['a signature by another key', { wrongKey: true }],
    ['an answer to another kind of question', { type: 'webauthn.create' }],
    ['a key that is said to be somebody else’s', { userHandle: 'A'.repeat(43) }],
    ['nobody in particular', { userHandle: '' }],
  ] as const) {
    test(`does not sign in ${title}, nor does it spend what was asked`, async () => {
      const { device } = await setUp();
      const asked = await question();
      assert.deepEqual(await check(device.use(asked, behaviour)), { outcome: 'no_match' });
      assert.equal((await check(device.use(asked))).outcome, 'match');
    });
  }

  test('that nobody has set up, or that is no passkey at all, signs nobody in', async () => {
    const stranger = newDevice();
    stranger.create(await optionsFor((await somebody()).id));
    const { accountId, device } = await setUp();
    assert.equal((await check(stranger.use(await question()))).outcome, 'no_match');
    const good: { id: string; response: object } = JSON.parse(device.use(await question()));
    const spoilt = [
      '',
      '{',
      'null',
      '[]',
      '{}',
      'x'.repeat(20_000),
      JSON.stringify({ ...good, id: `${good.id}=` }),
      JSON.stringify({ ...good, id: stranger.credentialId.toString('base64url') }),
      JSON.stringify({ ...good, rawId: 'AAAA' }),
      JSON.stringify({ ...good, response: { ...good.response, authenticatorData: 'AAAA' } }),
      JSON.stringify({ ...good, response: { ...good.response, signature: 'AAAA' } }),
      JSON.stringify({ ...good, response: { ...good.response, clientDataJSON: 'AAAA' } }),
    ];
    for (const text of spoilt) assert.notEqual((await check(text)).outcome, 'match', text.slice(0, 60));
    assert.deepEqual(await check(JSON.stringify(good)), { outcome: 'match', accountId });
  });

  test('whose count does not go up has a copy: it is switched off for both, and its owner is told', async () => {
    const { accountId, email, device } = await setUp({ count: 5 });
    await inbox.next(email);
    assert.equal((await check(device.use(await question(), { count: 6 }))).outcome, 'match');
    assert.equal((await check(device.use(await question(), { count: 6 }))).outcome, 'suspended');
    assert.equal((await check(device.use(await question(), { count: 7 }))).outcome, 'suspended');
    assert.equal((await listPasskeys(here.house.deps, accountId))[0]?.isSuspended, true);
    assert.match((await inbox.next(email)).subject ?? '', /switched off/u);
    const events = (await auditOf(here, accountId)).filter((type) => type.startsWith('passkey.'));
    assert.deepEqual(events, ['passkey.added', 'passkey.suspended']);
  });

  test('that has counted may not stop to count', async () => {
    const { device } = await setUp({ count: 1 });
    assert.equal((await check(device.use(await question(), { count: 0 }))).outcome, 'suspended');
  });

  test('of two uses with one count at the same moment, one signs in', async () => {
    const { device } = await setUp({ count: 1 });
    const answers = [device.use(await question(), { count: 2 }), device.use(await question(), { count: 2 })];
    const outcomes = await Promise.all(
      answers.map((answer, number) => check(answer, { at: number === 0 ? here : there })),
    );
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome).toSorted((one, two) => one.localeCompare(two)),
      ['match', 'suspended'],
    );
  });

  test('that is removed signs nobody in; only its owner can rename or remove it', async () => {
    const { accountId, device, passkeyId } = await setUp();
    const other = await setUp();
    const transact = here.house.transact.bind(here.house);
    const name = 'My tablet';
    for (const [whose, which] of [
      [other.accountId, passkeyId],
      [accountId, 'nonsense'],
    ] as const) {
      const passkey = { accountId: whose, passkeyId: which, provenAt: here.clock.now() };
      assert.equal((await transact((deps) => renamePasskey(deps, { ...passkey, name }))).outcome, 'unknown');
      assert.equal((await transact((deps) => removePasskey(deps, passkey))).outcome, 'unknown');
    }
    await transact((deps) => renamePasskey(deps, { accountId, passkeyId, name }));
    assert.deepEqual(
      (await listPasskeys(here.house.deps, accountId)).map((one) => one.name),
      [name],
    );
    assert.equal(
      (await transact((deps) => removePasskey(deps, { accountId, passkeyId, provenAt: here.clock.now() })))
        .outcome,
      'removed',
    );
    assert.equal((await check(device.use(await question()))).outcome, 'no_match');
    assert.deepEqual(await listPasskeys(here.house.deps, accountId), []);
  });

  test('can be removed and used at one moment: neither waits for the other for good', async () => {
    const { accountId, device, passkeyId } = await setUp();
    const provenAt = here.clock.now();
    const answer = device.use(await question());
    const { signedIn, removing } = await here.house.transact(async (deps) => {
      assert.equal((await checkPasskey(deps, { response: answer, boundTo: 'visit' })).outcome, 'match');
      const begun = there.house.transact((others) =>
        removePasskey(others, { accountId, passkeyId, provenAt }),
      );
      await untilWaiting(here.house.database.pool);
      return {
        signedIn: await recordSignIn(deps, { accountId, clientId: 'demo', provenAt }),
        removing: begun,
      };
    });
    assert.deepEqual([signedIn.outcome, (await removing).outcome], ['recorded', 'removed']);
  });

  test('is set up by its owner alone, once, and by a device that could be unlocked', async () => {
    const [ada, eve] = [await somebody(), await somebody()];
    const options = await optionsFor(ada.id);
    const device = newDevice();
    const made = device.create(options);
    assert.equal((await add(eve.id, made)).outcome, 'expired');
    assert.equal((await add(ada.id, made, 'another visit')).outcome, 'expired');
    for (const behaviour of [
      { isUnlocked: false },
      { origin: 'https://login.example.net' },
      { rpId: 'example.net' },
      { type: 'webauthn.get' },
      { format: 'android-safetynet' },
      { format: 'unheard-of' },
    ])
      assert.equal((await add(ada.id, newDevice().create(options, behaviour))).outcome, 'not_valid');
    assert.equal((await add(ada.id, 'nonsense')).outcome, 'not_valid');
    assert.equal((await add(ada.id, made)).outcome, 'added');
    assert.equal((await add(ada.id, made)).outcome, 'expired');
    assert.equal((await add(ada.id, device.create(await optionsFor(ada.id)))).outcome, 'known');
    assert.equal((await add(eve.id, device.create(await optionsFor(eve.id)))).outcome, 'known');
    const { excludeCredentials } = await optionsFor(ada.id);
    const id = device.credentialId.toString('base64url');
    assert.deepEqual(excludeCredentials, [{ id, type: 'public-key', transports: ['internal', 'hybrid'] }]);
  });

  test('is one of 20 at most, however many are set up at the same moment', async () => {
    const { id: accountId } = await somebody();
    const made = await Promise.all(
      Array.from({ length: 23 }, async () => newDevice().create(await optionsFor(accountId))),
    );
    const outcomes = await Promise.all(made.map((one) => add(accountId, one)));
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'added').length, 20);
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'too_many').length, 3);
  });

  test('goes with its account, and answered questions go when they could not be answered again anyway', async () => {
    const { accountId, device } = await setUp();
    await check(device.use(await question()));
    const countOf = async (table: string) =>
      (await here.house.database.pool.query(`SELECT FROM accounts.${table}`)).rowCount ?? 0;
    assert.ok((await countOf('answered_challenge')) > 0);
    here.clock.advance(hour + 1);
    await sweepAccounts(here.house.deps);
    here.clock.reset();
    assert.equal(await countOf('answered_challenge'), 0);
    const before = await countOf('passkey');
    await here.house.transact((deps) => forgetAccount(deps, accountId));
    assert.equal(await countOf('passkey'), before - 1);
    assert.equal((await check(device.use(await question()))).outcome, 'no_match');
  });

  test('leaves no bytes in the database by which anybody could use it', async () => {
    const { accountId } = await setUp();
    const { rows } = await here.house.database.pool.query<Record<string, unknown>>(
      'SELECT * FROM accounts.passkey WHERE account_id = $1',
      [accountId],
    );
    assert.deepEqual(
      Object.keys(rows[0] ?? {}).toSorted((one, other) => one.localeCompare(other)),
      [
        'account_id',
        'created_at',
        'credential_id',
        'id',
        'is_synced',
        'last_used_at',
        'name',
        'public_key',
        'sign_count',
        'suspended_at',
        'transports',
      ],
    );
  });
});
