import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  checkAuthenticatorCode,
  checkSecurityCode,
  countRecoveryAnswer,
  redeemRecoveryCode,
  sendSecurityCode,
  signInsStand,
} from '#accounts';
import type { Deps } from '#foundation/deps';
import { matchRegister, type Claimed } from '#identity';
import { openRegister } from '#pds';
import { personas } from '#sandbox';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { untilWaiting } from '../support/waiting.ts';
import { call, refusalIn, registerService, type TestService } from './support.ts';

let sandbox: TestSandbox;
before(async () => {
  sandbox = await openTestSandbox();
});
after(() => sandbox.close());

const who = personas.find(({ id }) => id === 'p9');
const accountId = who?.account?.sub ?? '';
/** What counts by network is not a person's, and stays. */
let comers = 0;
const from = () => ({ remoteAddress: `10.0.${Math.floor((comers += 1) / 250)}.${comers % 250}` });
const landline = '+441632960009';

type Attempt = (deps: Deps) => Promise<{ readonly outcome: string }>;

const codeTo = (destination: string, channel: 'sms' | 'voice'): Attempt => {
  const request = { purpose: 'sign-in', channel, destination, boundTo: accountId, accountId } as const;
  return async (deps) => {
    const sent = await sendSecurityCode(deps, { ...request, language: 'en', ...from() });
    if (sent.outcome !== 'sent') return sent;
    const { codeId } = sent;
    return checkSecurityCode(deps, {
      codeId,
      purpose: 'sign-in',
      boundTo: accountId,
      code: 'none',
      ...from(),
    });
  };
};

/** Everything of a person's that can be locked by trying, and is counted by themselves. */
const attempts: Readonly<Record<string, Attempt>> = {
  'a code of their app': (deps) => checkAuthenticatorCode(deps, { accountId, code: '000000', ...from() }),
  'a recovery code': (deps) => redeemRecoveryCode(deps, { accountId, code: 'nothing', ...from() }),
  'a code by text message': codeTo('+447700900009', 'sms'),
  'a code by a call': codeTo(landline, 'voice'),
  'the number they had': (deps) =>
    countRecoveryAnswer(deps, { accountId, question: 'old-number', isRight: false, ...from() }),
  'their NHS number': (deps) =>
    countRecoveryAnswer(deps, { accountId, question: 'nhs-number', isRight: false, ...from() }),
};

const lockAll = async () => {
  for (const [what, attempt] of Object.entries(attempts)) {
    let outcome = '';
    for (let tries = 0; tries < 6 && outcome !== 'locked'; tries += 1)
      ({ outcome } = await sandbox.home.house.transact(attempt));
    assert.equal(outcome, 'locked', what);
  }
};

/** Somebody who claims to be them, with a login of their own, and is wrong about something. */
async function claimToBe(by: Claimed['by'], more: Partial<Claimed> = {}): Promise<string> {
  const { home } = sandbox;
  const { says } = who ?? {};
  assert.ok(says !== undefined);
  const wrong = by === 'number' ? { birthdate: '1901-01-01' } : { postcode: `LS${(comers += 1)} 1AA` };
  const { outcome } = await matchRegister(home.house, {
    register: openRegister(home.house) ?? assert.fail('there is a register'),
    accountId: randomUUID(),
    ...from(),
    claimed: { ...says, by, ...wrong, ...more },
  });
  return outcome;
}

for (const address of ['/personas/p9/reset', '/reset'])
  test(`after ${address} whoever claims to be a person is looked for again, by number and by name`, async () => {
    for (const by of ['number', 'name'] as const) {
      await Promise.all(Array.from({ length: 9 }, () => claimToBe(by)));
      assert.equal(await claimToBe(by), 'locked', by);
    }
    assert.ok((await call(sandbox, 'POST', address)).status < 300);
    for (const by of ['number', 'name'] as const) assert.equal(await claimToBe(by), 'no_match', by);
  });

let service: TestService | undefined;

/** Somebody at a service that needs P9, who types registration details that are nobody's. */
async function typeNobodys(userId: string): Promise<string> {
  service ??= await registerService(sandbox, { scopes: ['openid', 'profile'] });
  const answer = await call(sandbox, 'POST', '/sign-in', {
    authorize_url: await service.ask({ scope: 'openid profile', vtr: '["P9.Cp.Cd"]' }),
    persona: 'gp-details-ready-z99001',
    gp: { userId, linkageKey: 'aB3dE6gH9kLm2', odsCode: 'Z99001' },
  });
  return answer.status === 200 ? 'told' : refusalIn(answer).error;
}

for (const address of ['/personas/gp-details-ready-z99001/reset', '/reset'])
  test(`after ${address} details may be typed wrong again that are nobody’s, and nobody may be looked for`, async () => {
    await call(sandbox, 'POST', '/personas/gp-details-ready-z99001/reset');
    const userId = String(7_000_000_000 + address.length);
    const nobody = { familyName: 'Nobody', birthdate: '1901-02-03', postcode: 'ZZ1 1ZZ' };
    for (let time = 1; time <= 4; time += 1) assert.equal(await typeNobodys(userId), 'told');
    await Promise.all(Array.from({ length: 9 }, () => claimToBe('name', nobody)));
    assert.equal(await claimToBe('name', nobody), 'locked');
    assert.ok((await call(sandbox, 'POST', address)).status < 300);
    // Services go with everything.
    if (address === '/reset') service = undefined;
    for (let time = 1; time <= 4; time += 1) assert.equal(await typeNobodys(userId), 'told');
    assert.equal(await claimToBe('name', nobody), 'no_match');
  });

for (const address of ['/personas/p9/reset', '/reset'])
  test(`after ${address} nothing of a person’s is locked any more`, async () => {
    await lockAll();
    const answer = await call(sandbox, 'POST', address);
    assert.ok(answer.status < 300, String(answer.status));
    for (const [what, attempt] of Object.entries(attempts))
      assert.notEqual((await sandbox.home.house.transact(attempt)).outcome, 'locked', what);
    await call(sandbox, 'POST', '/personas/p9/reset');
  });

for (const address of ['/personas/p9/reset', '/reset'])
  test(`${address} while a person is sent a code: neither waits for the other for good`, async () => {
    const { house } = sandbox.home;
    const send = codeTo('+447700900009', 'sms');
    await house.transact(send);
    const { sent, putBack } = await house.transact(async (deps) => {
      assert.equal(await signInsStand(deps, { accountId, provenAt: deps.clock.now() }), true);
      const begun = call(sandbox, 'POST', address);
      await Promise.race([begun, untilWaiting(house.database.pool)]);
      return { sent: (await send(deps)).outcome, putBack: begun };
    });
    const { status } = await putBack;
    assert.deepEqual([sent, status < 300], ['no_match', true]);
  });
