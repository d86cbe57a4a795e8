import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { recordSignIn } from '#accounts';
import { tendUnusedAccounts } from '#personal-data';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startDisuse, type Disuse } from '../support/disuse.ts';

let disuse: Disuse;
before(async () => {
  disuse = await startDisuse();
});
after(() => disuse.close());
afterEach(() => disuse.reset());

const day = 24 * 3600;

describe('an account that nobody uses', () => {
  test('is left alone for 23 months, told of once, and closed after 24, with word of it', async () => {
    const ada = await disuse.somebody();
    await disuse.pass(690);
    assert.deepEqual(await disuse.subjectsFor(ada), []);
    await disuse.pass(15);
    await disuse.pass(1);
    assert.deepEqual(await disuse.subjectsFor(ada), ['Sign in to keep your Bevan login']);
    await disuse.pass(20);
    assert.equal(await disuse.isThere(ada), true);
    await disuse.pass(15);
    assert.equal(await disuse.isThere(ada), false);
    assert.deepEqual(await disuse.subjectsFor(ada), [
      'Your Bevan login is closed',
      'Sign in to keep your Bevan login',
    ]);
    assert.deepEqual(await auditOf(disuse.here, ada.id), [
      'account.created',
      'account.unused-told',
      'account.closing',
      'account.closed',
    ]);
    const again = await makeAccount(disuse.here, { email: ada.email });
    assert.notEqual(again.id, ada.id);
  });

  test('is kept by signing in, also on the last day, and told of anew two years later', async () => {
    const ben = await disuse.somebody('cy');
    await disuse.pass(705);
    assert.deepEqual(await disuse.subjectsFor(ben), ['Mewngofnodwch i gadw eich Bevan login']);
    await disuse.pass(24);
    assert.equal(await disuse.signIn(ben), 'recorded');
    await disuse.pass(30);
    assert.equal(await disuse.isThere(ben), true);
    await disuse.pass(675);
    assert.equal((await disuse.subjectsFor(ben)).length, 2);
    assert.equal(await disuse.isThere(ben), true);
  });

  test('is never closed before its owner has had 30 days since they were told, however late that was', async () => {
    const cai = await disuse.somebody();
    await disuse.pass(1500);
    assert.deepEqual(await disuse.subjectsFor(cai), ['Sign in to keep your Bevan login']);
    await disuse.pass(29);
    assert.equal(await disuse.isThere(cai), true);
    await disuse.pass(1);
    assert.equal(await disuse.isThere(cai), false);
  });

  test('is in use while an app keeps its owner signed in, also when they were told before', async () => {
    const fay = await disuse.somebody();
    disuse.here.clock.advance(740 * day);
    await disuse.renewTokensFor(fay, 30);
    await disuse.pass(1);
    assert.deepEqual(await disuse.subjectsFor(fay), []);
    await disuse.pass(690);
    assert.deepEqual(await disuse.subjectsFor(fay), []);
    await disuse.pass(20);
    assert.deepEqual(await disuse.subjectsFor(fay), ['Sign in to keep your Bevan login']);
    await disuse.renewTokensFor(fay, 40);
    await disuse.pass(31);
    assert.equal(await disuse.isThere(fay), true);
    await disuse.pass(600);
    assert.equal(await disuse.isThere(fay), true);
  });

  test('is not closed while mail can’t be sent: its owner is written to again until it is, and has 30 days from then', async () => {
    const gil = await disuse.somebody();
    disuse.mailIs = 'waiting';
    await disuse.pass(705);
    // Three days later it is not sent any more, …
    await disuse.pass(6);
    disuse.mailIs = 'sent';
    await disuse.pass(0);
    assert.deepEqual(await disuse.subjectsFor(gil), []);
    await disuse.pass(60);
    assert.equal(await disuse.isThere(gil), true);
    // … but written anew.
    assert.deepEqual(await disuse.subjectsFor(gil), ['Sign in to keep your Bevan login']);
    await disuse.pass(29);
    assert.equal(await disuse.isThere(gil), true);
    await disuse.pass(1);
    assert.equal(await disuse.isThere(gil), false);
  });

  test('is not closed while its owner’s mailbox refuses mail, and they are written to once a week', async () => {
    const hal = await disuse.somebody();
    disuse.mailIs = 'refused';
    await disuse.pass(1500);
    for (let weeks = 0; weeks < 6; weeks += 1) await disuse.pass(7);
    assert.equal(await disuse.isThere(hal), true);
    assert.deepEqual(await auditOf(disuse.here, hal.id), ['account.created', 'account.unused-unreached']);
    disuse.mailIs = 'sent';
    await disuse.pass(6);
    assert.deepEqual(await disuse.subjectsFor(hal), []);
    await disuse.pass(2);
    assert.deepEqual(await disuse.subjectsFor(hal), ['Sign in to keep your Bevan login']);
    await disuse.pass(30);
    assert.equal(await disuse.isThere(hal), false);
  });

  test('is told of by a text message where the mailbox refuses mail, in the language of its owner, who has 30 days from then', async () => {
    const [liz, mair] = [
      await disuse.somebody('en', '+447700900701'),
      await disuse.somebody('cy', '+447700900702'),
    ];
    disuse.mailIs = 'refused';
    await disuse.pass(705);
    const [inEnglish] = await disuse.textsFor('+447700900701');
    assert.match(inEnglish ?? '', /^You have not used your Bevan login.*In 30 days we will close it/u);
    const [inWelsh] = await disuse.textsFor('+447700900702');
    assert.match(inWelsh ?? '', /^Nid ydych wedi defnyddio eich Bevan login/u);
    assert.ok((await auditOf(disuse.here, liz.id)).includes('account.unused-told'));
    await disuse.pass(29);
    assert.deepEqual([await disuse.isThere(liz), (await disuse.textsFor('+447700900701')).length], [true, 1]);
    assert.equal(await disuse.signIn(mair), 'recorded');
    await disuse.pass(1);
    assert.deepEqual([await disuse.isThere(liz), await disuse.isThere(mair)], [false, true]);
  });

  test('is not closed while neither mail nor a text message reaches its owner, who is tried once a week', async () => {
    const nia = await disuse.somebody('en', '+447700900703');
    [disuse.mailIs, disuse.textIs] = ['refused', 'refused'];
    await disuse.pass(1500);
    for (let weeks = 0; weeks < 6; weeks += 1) await disuse.pass(7);
    assert.equal(await disuse.isThere(nia), true);
    disuse.textIs = 'sent';
    await disuse.pass(7);
    assert.equal((await disuse.textsFor('+447700900703')).length, 1);
    await disuse.pass(30);
    assert.equal(await disuse.isThere(nia), false);
  });

  test('is not told of by a text message for mail that was refused before somebody used it', async () => {
    const oli = await disuse.somebody('en', '+447700900704');
    const writtenAt = disuse.here.clock.now();
    await disuse.here.house.database.pool.query(
      'UPDATE accounts.account SET unused_written_at = $1 WHERE id = $2',
      [writtenAt, oli.id],
    );
    disuse.here.clock.advance(1);
    assert.equal(await disuse.signIn(oli), 'recorded');
    await disuse.here.house.deps.enqueue('accounts.unused-refused', {
      accountId: oli.id,
      writtenAt: writtenAt.toISOString(),
    });
    await disuse.pass(0);
    assert.deepEqual(await disuse.textsFor('+447700900704'), []);
  });

  test('is not told of by mail that was written before somebody used it', async () => {
    const ida = await disuse.somebody();
    disuse.mailIs = 'waiting';
    await disuse.pass(705);
    disuse.here.clock.advance(1);
    assert.equal(await disuse.signIn(ida), 'recorded');
    disuse.mailIs = 'sent';
    await disuse.pass(0);
    assert.equal((await disuse.subjectsFor(ida)).length, 1);
    await disuse.pass(740);
    // It is two years since, but nobody was told of these.
    assert.equal(await disuse.isThere(ida), true);
    assert.equal((await disuse.subjectsFor(ida)).length, 2);
    await disuse.pass(31);
    assert.equal(await disuse.isThere(ida), false);
  });

  test('that breaks holds up no other, however many there are', async () => {
    const jan = await disuse.somebody();
    const kit = await disuse.somebody();
    await disuse.pass(1500);
    const { pool } = disuse.here.house.database;
    await pool.query(`
      CREATE FUNCTION accounts.breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
      CREATE TRIGGER breaks BEFORE DELETE ON accounts.account FOR EACH ROW WHEN (OLD.id = '${jan.id}') EXECUTE FUNCTION accounts.breaks()`);
    await disuse.pass(31);
    assert.equal(await disuse.isThere(kit), false);
    assert.equal(await disuse.isThere(jan), true);
    await pool.query('DROP TRIGGER breaks ON accounts.account');
    await disuse.pass(0);
    assert.equal(await disuse.isThere(jan), false);
  });

  test('is not closed in the moment in which somebody signs in', async () => {
    const dee = await disuse.somebody();
    await disuse.pass(1500);
    disuse.here.clock.advance(40 * day);
    const signedIn = disuse.here.house.transact(async (deps) => {
      const at = { accountId: dee.id, clientId: 'demo', provenAt: deps.clock.now() };
      const { outcome } = await recordSignIn(deps, at);
      await tendUnusedAccounts(disuse.there.house);
      return outcome;
    });
    assert.equal(await signedIn, 'recorded');
    await tendUnusedAccounts(disuse.there.house);
    assert.equal(await disuse.isThere(dee), true);
  });
});
