import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setPhone } from '#accounts';
import {
  agree,
  forgetAccount,
  listAgreementChanges,
  readAgreement,
  refuse,
  releasedClaims,
  withdrawAgreement,
} from '#consent';
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
    const claims = await releasedClaims(home.house.deps, {
      ...parties,
      scopes: ['openid', 'email'],
      use: 'userinfo',
    });
    assert.deepEqual(claims, { sub: ada.id });
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

suite('what a service may read at the lowest level', () => {
  let home: TestHouse;
  before(async () => {
    home = await createTestHouse();
  });
  after(() => home.close());

  const everything = ['openid', 'profile', 'email', 'phone', 'gp_registration_details', 'made_up'];

  async function claimsOf(
    email: string,
    given: {
      phone?: string;
      agreed: string[];
      asked: string[];
      use?: 'id_token' | 'userinfo' | 'access_token';
    },
  ) {
    const account = await makeAccount(home, { email });
    const { id: accountId } = account;
    if (given.phone !== undefined) await setPhone(home.house.deps, { accountId, phone: given.phone });
    await home.house.transact((deps) =>
      agree(deps, { accountId, clientId: 'riverbank', scopes: given.agreed, level: 'P0' }),
    );
    const use = given.use ?? 'userinfo';
    const claims = await releasedClaims(home.house.deps, {
      accountId,
      clientId: 'riverbank',
      scopes: given.asked,
      use,
    });
    return { accountId, claims };
  }

  test('all that was agreed to, and nothing of higher levels', async () => {
    const { accountId, claims } = await claimsOf('cai@people.example', {
      phone: '+447700900123',
      agreed: everything,
      asked: everything,
    });
    assert.deepEqual(claims, {
      sub: accountId,
      identity_proofing_level: 'P0',
      email: 'cai@people.example',
      email_verified: true,
      phone_number: '+447700900123',
      phone_number_verified: true,
      phone_number_pds_matched: false,
    });
  });

  test('a claim without a value is left out', async () => {
    const { accountId, claims } = await claimsOf('dot@people.example', {
      agreed: ['openid', 'phone'],
      asked: ['openid', 'phone'],
    });
    assert.deepEqual(claims, { sub: accountId });
  });

  test('what was asked for now, even if more was agreed to before', async () => {
    const { accountId, claims } = await claimsOf('eve@people.example', {
      agreed: everything,
      asked: ['openid'],
    });
    assert.deepEqual(claims, { sub: accountId });
  });

  test('what was agreed to, even if more is asked for', async () => {
    const { accountId, claims } = await claimsOf('fay@people.example', {
      phone: '+447700900124',
      agreed: ['openid', 'email'],
      asked: everything,
    });
    assert.deepEqual(claims, { sub: accountId, email: 'fay@people.example', email_verified: true });
  });

  test('contact details are not in the tokens', async () => {
    const asked = { phone: '+447700900125', agreed: everything, asked: everything };
    const inIdToken = await claimsOf('gus@people.example', { ...asked, use: 'id_token' });
    assert.deepEqual(inIdToken.claims, { sub: inIdToken.accountId, identity_proofing_level: 'P0' });
    const inAccessToken = await claimsOf('hal@people.example', { ...asked, use: 'access_token' });
    assert.deepEqual(inAccessToken.claims, { sub: inAccessToken.accountId });
  });

  test('there is nothing about somebody whose account is gone', async () => {
    const request = {
      accountId: '8a7f3a52-6a30-4f0e-9a4e-2c8a52f3a111',
      clientId: 'riverbank',
      scopes: ['openid'],
      use: 'userinfo',
    } as const;
    assert.equal(await releasedClaims(home.house.deps, request), undefined);
  });
});
