import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { untilWaiting } from '../../../test/support/waiting.ts';
import { insertTicket, selectTicket } from '../sign-in/store.ts';
import { forgetAccount } from '../sweep.ts';
import { endEntity, selectEntity, storeTogether, upsertEntity, type NewEntity } from './store.ts';

suite('what the engine writes and ends in one request', () => {
  let here: TestHouse;
  before(async () => {
    here = await createTestHouse();
  });
  after(() => here.close());

  const made = (model: string, isSomebodys = true): NewEntity => ({
    model,
    id: randomBytes(32),
    uid: isSomebodys ? randomBytes(32) : null,
    accountId: isSomebodys ? randomUUID() : null,
    sealedPayload: randomBytes(900),
    expiresAt: new Date(here.clock.now().getTime() + 60_000),
  });
  const store = (written: readonly NewEntity[], ended: readonly NewEntity[], ticketId?: Buffer) =>
    storeTogether(here.house.deps.db, { written, ended, ticketId, now: here.clock.now() });
  const payloadsOf = (entities: readonly NewEntity[]) =>
    Promise.all(
      entities.map(async (one) => {
        const found = await selectEntity(here.house.deps.db, one);
        return found === undefined || found.endedAt !== null ? undefined : found.sealedPayload;
      }),
    );

  test('is kept to the byte, however much it is', async () => {
    const { db } = here.house.deps;
    const old = ['Interaction', 'Session', 'Session'].map((model) => made(model));
    for (const one of old) await upsertEntity(db, one);
    const fresh = [made('Session'), made('AuthorizationCode'), made('Interaction', false)];
    assert.equal(await store(fresh, old), true);
    assert.deepEqual(
      await payloadsOf(fresh),
      fresh.map(({ sealedPayload }) => sealedPayload),
    );
    assert.deepEqual(await payloadsOf(old), [undefined, undefined, undefined]);
  });

  test('is not kept at all where another has ended the interaction', async () => {
    const { db } = here.house.deps;
    const interaction = made('Interaction');
    await upsertEntity(db, interaction);
    await endEntity(db, interaction, here.clock.now());
    const fresh = [made('Session'), made('AuthorizationCode')];
    assert.equal(await store(fresh, [interaction]), false);
    assert.deepEqual(await payloadsOf(fresh), [undefined, undefined]);
  });

  test('is kept with the ticket that it rests on, which is used up; without one nothing is kept and nothing ended', async () => {
    const { db } = here.house.deps;
    const ticket = { id: randomBytes(32), requestUid: randomBytes(32) };
    const now = here.clock.now();
    const expiresAt = new Date(now.getTime() + 60_000);
    const result = { kind: 'again' };
    await insertTicket(db, { ...ticket, result, accountId: null, issuedAt: now, expiresAt });
    const [first, second] = [made('Interaction'), made('Interaction')];
    for (const one of [first, second]) await upsertEntity(db, one);
    const [code, another] = [made('AuthorizationCode'), made('AuthorizationCode')];
    assert.equal(await store([code], [first], ticket.id), true);
    assert.equal(await selectTicket(db, { ...ticket, now }), undefined);
    assert.deepEqual(await payloadsOf([first, code]), [undefined, code.sealedPayload]);
    assert.equal(await store([another], [second], ticket.id), false);
    assert.deepEqual(await payloadsOf([second, another]), [second.sealedPayload, undefined]);
    assert.equal(await store([another], [], ticket.id), false);
    assert.deepEqual(await payloadsOf([another]), [undefined]);
  });

  test('is kept while the account is closed: neither waits for the other for good', async () => {
    const { db } = here.house.deps;
    const { pool } = here.house.database;
    const [session, interaction] = [made('Session'), made('Interaction', false)];
    const { accountId } = session;
    assert.ok(accountId !== null);
    const ticket = { id: randomBytes(32), requestUid: randomBytes(32), accountId };
    const now = here.clock.now();
    const expiresAt = new Date(now.getTime() + 60_000);
    await insertTicket(db, { ...ticket, result: { kind: 'again' }, issuedAt: now, expiresAt });
    for (const one of [session, interaction]) await upsertEntity(db, one);
    const holder = await pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM openid.entity WHERE id = $1 FOR UPDATE', [interaction.id]);
    const storing = store([session], [interaction], ticket.id);
    await untilWaiting(pool);
    const closing = here.house.transact((deps) => forgetAccount(deps, accountId));
    await untilWaiting(pool, 2);
    await holder.query('COMMIT');
    holder.release();
    assert.deepEqual(await Promise.all([storing, closing]), [true, undefined]);
    assert.deepEqual(await payloadsOf([session, interaction]), [undefined, undefined]);
  });

  test('takes the place of what was there, but not of what was ended', async () => {
    const [living, gone] = [made('Session'), made('Session')];
    await store([living, gone], []);
    await store([], [gone]);
    const again = [living, gone].map((one) => ({ ...one, sealedPayload: randomBytes(10) }));
    assert.equal(await store(again, []), true);
    assert.deepEqual(await payloadsOf(again), [again[0]?.sealedPayload, undefined]);
  });
});
