import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { levelOf } from '#identity';
import { decideInSandbox, submitCase } from '#review';
import { personas } from '#sandbox';
import { z } from 'zod';
import { Person } from '../support/person.ts';
import { method, passportAndVideo } from '../support/review.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { call, locationIn, refusalIn, registerService, type TestService } from './support.ts';

let sandbox: TestSandbox;
let service: TestService;
before(async () => {
  sandbox = await openTestSandbox();
  service = await registerService(sandbox, { scopes: ['openid', 'profile'] });
});
after(() => sandbox.close());

const listed = z.array(
  z.object({
    id: z.string(),
    state: z.string(),
    persona: z.string().optional(),
    advice: z.string().optional(),
    reason: z.string().optional(),
  }),
);
const messages = z.array(z.object({ subject: z.string(), text: z.string() }));

async function come(persona: string, more: Readonly<Record<string, unknown>> = {}) {
  const authorize_url = await service.ask({ scope: 'openid profile', vtr: '["P9.Cp.Cd"]' });
  return call(sandbox, 'POST', '/sign-in', { authorize_url, persona, ...more });
}

async function casesOf(persona: string) {
  const cases = listed.parse((await call(sandbox, 'GET', '/cases')).body);
  return cases.filter((one) => one.persona === persona);
}

function refusedWith(answer: Awaited<ReturnType<typeof come>>): string | null {
  return new URL(locationIn(answer)).searchParams.get('error_description');
}

/** Signs a persona in with a browser, up to where they are asked how to prove who they are. */
async function comeByBrowser(persona: string): Promise<Person> {
  const { email = '' } = personas.find(({ id }) => id === persona) ?? {};
  const browser = new Person({ origin: sandbox.origin, listensAt: sandbox.origin });
  await browser.open(await service.ask({ scope: 'openid profile', vtr: '["P9.Cp"]' }));
  await browser.submit({ choice: 'sign-in' });
  await browser.submit({ email });
  await browser.submit({ password: 'otter-kettle-violet-94' });
  return browser;
}

suite('what personas have sent to be checked', () => {
  test('is pending until the interface decides; then the service gets P9, and an e-mail has told the person', async () => {
    assert.equal(refusedWith(await come('photo-check-pending')), 'IdentityLevelNotReached');
    const browser = await comeByBrowser('photo-check-pending');
    assert.match(browser.page.heading, /We are checking your photos and your video/u);
    const [pending] = await casesOf('photo-check-pending');
    assert.equal(pending?.state, 'queued');
    const decided = await call(sandbox, 'POST', `/cases/${pending.id}/decide`, { decision: 'approve' });
    assert.equal(decided.status, 200);
    assert.equal(z.object({ state: z.string() }).parse(decided.body).state, 'approved');
    const { idToken } = await service.exchange(locationIn(await come('photo-check-pending')));
    assert.equal(idToken['vot'], 'P9.Cp.Cd');
    const to = 'photo-check-pending@people.example';
    const mail = await until(async () => {
      const [newest] = messages.parse((await call(sandbox, 'GET', `/messages?to=${to}&channel=email`)).body);
      return newest;
    });
    assert.match(mail.text, /we now know who you are/u);
    const again = await call(sandbox, 'POST', `/cases/${pending.id}/decide`, { decision: 'decline' });
    assert.deepEqual([again.status, refusalIn(again).error], [409, 'decided_already']);
  });

  test('is there again after a reset, as at first', async () => {
    await call(sandbox, 'POST', '/personas/photo-check-pending/reset');
    assert.equal(refusedWith(await come('photo-check-pending')), 'IdentityLevelNotReached');
    const [pending] = await casesOf('photo-check-pending');
    assert.equal(pending?.state, 'queued');
  });

  test('ends with the login of who is being checked, and is forgotten', async () => {
    const [pending] = await casesOf('photo-check-pending');
    assert.equal(pending?.state, 'queued');
    const { sub = '' } = personas.find(({ id }) => id === 'photo-check-pending')?.account ?? {};
    await call(sandbox, 'POST', '/personas/photo-check-pending/reset');
    const decided = await call(sandbox, 'POST', `/cases/${pending.id}/decide`, { decision: 'approve' });
    assert.deepEqual([decided.status, refusalIn(decided).error], [409, 'decided_already']);
    assert.equal(await levelOf(sandbox.home.house.deps, sub), 'P5');
  });

  for (const [persona, heading] of [
    ['photo-check-on-hold', /We need longer/u],
    ['photo-check-declined-new-photo', /better photo/u],
    ['photo-check-declined-another-way', /cannot prove who you are in this way/u],
  ] as const) {
    test(`has come to what the story of ${persona} says`, async () => {
      const browser = await comeByBrowser(persona);
      assert.match(browser.page.heading, heading);
      assert.equal((await casesOf(persona)).length, 1);
    });
  }

  test('has proven the one who was approved', async () => {
    const { idToken } = await service.exchange(locationIn(await come('photo-check-approved')));
    assert.equal(idToken['vot'], 'P9.Cp.Cd');
  });
});

suite('without a browser, somebody sends photo ID and a video', () => {
  test('and is approved: the service gets P9', async () => {
    const { idToken } = await service.exchange(locationIn(await come('p5', { photo_id: 'approve' })));
    assert.equal(idToken['vot'], 'P9.Cp.Cd');
  });

  test('and is declined, waits, is put on hold or waits still: the service gets nothing; then it does', async () => {
    const persona = 'gp-details-expired';
    for (const photo_id of ['decline', 'pending', 'hold', 'pending'])
      assert.equal(refusedWith(await come(persona, { photo_id })), 'IdentityLevelNotReached');
    const states = (await casesOf(persona)).map(({ state }) => state);
    assert.deepEqual(states, ['holding', 'declined']);
    const { idToken } = await service.exchange(locationIn(await come(persona, { photo_id: 'approve' })));
    assert.equal(idToken['vot'], 'P9.Cp.Cd');
  });

  test('a person of one’s own can, too', async () => {
    const person = { level: 'P5', familyName: 'Kestrel', givenName: 'Robin', birthdate: '1975-01-02' };
    const { id } = z.object({ id: z.string() }).parse((await call(sandbox, 'POST', '/people', person)).body);
    const { idToken } = await service.exchange(locationIn(await come(id, { photo_id: 'approve' })));
    assert.equal(idToken['vot'], 'P9.Cp.Cd');
  });

  test('three times in a day and no more; a persona whose last answer was final can’t either', async () => {
    const persona = 'gp-details-wrong-practice';
    const { sub: accountId = '' } = personas.find(({ id }) => id === persona)?.account ?? {};
    for (const _ of [1, 2, 3])
      await sandbox.home.house.transact(async (deps) => {
        const sent = { accountId, method, bundleId: randomUUID(), evidence: passportAndVideo() };
        const submitted = await submitCase(deps, sent);
        assert.equal(submitted.outcome, 'submitted');
        const { caseId } = submitted;
        await decideInSandbox(deps, { caseId, decision: 'declined', reason: 'face-unclear' });
      });
    for (const one of [persona, 'photo-check-declined-another-way']) {
      const answer = await come(one, { photo_id: 'approve' });
      assert.deepEqual([answer.status, refusalIn(answer).error], [409, 'photo_id_not_possible']);
    }
  });
});

suite('who wants to be the one who checks', () => {
  test('becomes it with a button, and finds what waits', async () => {
    const browser = new Person({ origin: sandbox.origin, listensAt: sandbox.origin });
    await browser.open('/sandbox');
    await browser.press('Become Anita Rao');
    assert.equal(browser.page.address.pathname, '/id-checker');
    assert.equal(browser.page.status, 200);
    const waiting = await until(async () => {
      const cases = listed.parse((await call(sandbox, 'GET', '/cases')).body);
      return cases.some(({ state }) => state === 'queued') ? cases : undefined;
    });
    assert.ok(waiting.length > 0);
  });

  test('decides with reasons that there are, for cases that there are', async () => {
    const [one] = await casesOf('photo-check-pending');
    const wrong = [
      { decision: 'maybe' },
      { decision: 'decline', reason: 'face-green' },
      { decision: 'approve', reason: 'face-unclear' },
      {},
    ];
    for (const body of wrong)
      assert.equal((await call(sandbox, 'POST', `/cases/${one?.id ?? ''}/decide`, body)).status, 400);
    const unknown = await call(sandbox, 'POST', '/cases/nobody/decide', { decision: 'approve' });
    assert.deepEqual([unknown.status, refusalIn(unknown).error], [404, 'unknown_case']);
    const declined = await call(sandbox, 'POST', `/cases/${one?.id ?? ''}/decide`, {
      decision: 'decline',
      reason: 'unreadable-passport',
    });
    assert.equal(z.object({ advice: z.string() }).parse(declined.body).advice, 'new-photo');
  });
});
