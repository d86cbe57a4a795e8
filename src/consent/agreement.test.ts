import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  agree,
  forgetAccount,
  listAgreementChanges,
  readAgreement,
  readSharing,
  refuse,
  releasedClaims,
  withdrawAgreement,
} from '#consent';
import type { IdentityLevel } from '#identity';
import { auditOf, makeAccount } from '../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';

suite('an agreement to share', () => {
  let home: TestHouse;
  before(async () => {
    home = await createTestHouse();
  });
  after(() => home.close());

  const agreeTo = (accountId: string, clientId: string, ...scopes: string[]) =>
    home.house.transact((deps) => agree(deps, { accountId, clientId, scopes, level: 'P0' }));

  test('is with one service only, and can be read again', async () => {
    const ada = await makeAccount(home, { email: 'ada.one@people.example' });
    const before = home.house.clock.now();
    await agreeTo(ada.id, 'riverbank', 'openid', 'email');
    const agreement = await readAgreement(home.house.deps, { accountId: ada.id, clientId: 'riverbank' });
    assert.deepEqual(agreement?.scopes, ['email', 'openid']);
    assert.equal(agreement?.level, 'P0');
    assert.ok(agreement !== undefined && agreement.agreedAt >= before);
    assert.equal(await readAgreement(home.house.deps, { accountId: ada.id, clientId: 'hilltop' }), undefined);
  });

  test('grows when more is agreed to, and keeps its history', async () => {
    const ada = await makeAccount(home, { email: 'ada.two@people.example' });
    await agreeTo(ada.id, 'riverbank', 'openid');
    await agreeTo(ada.id, 'riverbank', 'phone', 'email');
    const agreement = await readAgreement(home.house.deps, { accountId: ada.id, clientId: 'riverbank' });
    assert.deepEqual(agreement?.scopes, ['email', 'openid', 'phone']);
    const changes = await listAgreementChanges(home.house.deps, ada.id);
    assert.deepEqual(
      changes.map(({ change, scopes }) => ({ change, scopes })),
      [
        { change: 'agreed', scopes: ['openid'] },
        { change: 'agreed', scopes: ['email', 'openid', 'phone'] },
      ],
    );
  });

  test('a form sent twice, even at the same moment, agrees once', async () => {
    const ada = await makeAccount(home, { email: 'ada.three@people.example' });
    await Promise.all(Array.from({ length: 5 }, () => agreeTo(ada.id, 'riverbank', 'openid', 'email')));
    assert.equal((await listAgreementChanges(home.house.deps, ada.id)).length, 1);
    assert.deepEqual(
      (await auditOf(home, ada.id)).filter((type) => type.startsWith('consent')),
      ['consent.agreed'],
    );
  });

  test('two tabs that agree to different things lose neither', async () => {
    const ada = await makeAccount(home, { email: 'ada.four@people.example' });
    await Promise.all([
      agreeTo(ada.id, 'riverbank', 'openid', 'email'),
      agreeTo(ada.id, 'riverbank', 'openid', 'phone'),
    ]);
    const agreement = await readAgreement(home.house.deps, { accountId: ada.id, clientId: 'riverbank' });
    assert.deepEqual(agreement?.scopes, ['email', 'openid', 'phone']);
  });

  test('is to what its scopes stood for at the level at which it was made, and keeps the highest', async () => {
    const ada = await makeAccount(home, { email: 'ada.levels@people.example' });
    const parties = { accountId: ada.id, clientId: 'riverbank' };
    const agreeAt = (level: IdentityLevel, ...scopes: string[]) =>
      home.house.transact((deps) => agree(deps, { ...parties, scopes, level }));
    const levels = async () =>
      Object.fromEntries((await readAgreement(home.house.deps, parties))?.levels ?? []);
    await agreeAt('P0', 'openid', 'profile');
    await agreeAt('P5', 'openid', 'email');
    assert.deepEqual(await levels(), { openid: 'P5', profile: 'P0', email: 'P5' });
    await agreeAt('P9', 'profile');
    assert.deepEqual(await levels(), { openid: 'P5', profile: 'P9', email: 'P5' });
    await agreeAt('P0', 'openid', 'profile', 'email');
    assert.deepEqual(await levels(), { openid: 'P5', profile: 'P9', email: 'P5' });
    assert.equal((await listAgreementChanges(home.house.deps, ada.id)).length, 3);
  });

  test('refusing is recorded and takes nothing away', async () => {
    const ada = await makeAccount(home, { email: 'ada.five@people.example' });
    await agreeTo(ada.id, 'riverbank', 'openid');
    await home.house.transact((deps) =>
      refuse(deps, { accountId: ada.id, clientId: 'riverbank', scopes: ['email'] }),
    );
    const agreement = await readAgreement(home.house.deps, { accountId: ada.id, clientId: 'riverbank' });
    assert.deepEqual(agreement?.scopes, ['openid']);
    assert.ok((await auditOf(home, ada.id)).includes('consent.refused'));
  });

  test('ends when it is withdrawn, and then nothing but the subject is released', async () => {
    const ada = await makeAccount(home, { email: 'ada.six@people.example' });
    await agreeTo(ada.id, 'riverbank', 'openid', 'email');
    const parties = { accountId: ada.id, clientId: 'riverbank' };
    assert.equal(await home.house.transact((deps) => withdrawAgreement(deps, parties)), true);
    assert.equal(await home.house.transact((deps) => withdrawAgreement(deps, parties)), false);
    assert.equal(await readAgreement(home.house.deps, parties), undefined);
    const sharing = await readSharing(home.house.deps, parties);
    assert.ok(sharing !== undefined);
    const request = {
      scopes: ['openid', 'email'],
      use: 'userinfo',
      vot: 'P0.Cp',
      im1Enabled: false,
    } as const;
    assert.deepEqual(releasedClaims(sharing, request), { sub: ada.id });
    const changes = await listAgreementChanges(home.house.deps, ada.id);
    assert.deepEqual(
      changes.map(({ change }) => change),
      ['agreed', 'withdrawn'],
    );
  });

  test('is forgotten with the account, and others’ stay', async () => {
    const ada = await makeAccount(home, { email: 'ada.seven@people.example' });
    const ben = await makeAccount(home, { email: 'ben@people.example' });
    await agreeTo(ada.id, 'riverbank', 'openid');
    await agreeTo(ben.id, 'riverbank', 'openid');
    await home.house.transact((deps) => forgetAccount(deps, ada.id));
    assert.equal(
      await readAgreement(home.house.deps, { accountId: ada.id, clientId: 'riverbank' }),
      undefined,
    );
    assert.deepEqual(await listAgreementChanges(home.house.deps, ada.id), []);
    assert.notEqual(
      await readAgreement(home.house.deps, { accountId: ben.id, clientId: 'riverbank' }),
      undefined,
    );
  });
});
