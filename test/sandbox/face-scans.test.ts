import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { z } from 'zod';
import { startTestFaceService, type TestFaceService } from '../support/face-service.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, locationIn, refusalIn, registerService, type TestService } from './support.ts';

const listed = z.array(
  z.object({ id: z.string(), state: z.string(), persona: z.string().optional(), way: z.string().optional() }),
);

async function come(
  { sandbox, service }: { sandbox: TestSandbox; service: TestService },
  persona: string,
  more: Readonly<Record<string, unknown>> = {},
) {
  const authorize_url = await service.ask({ scope: 'openid profile', vtr: '["P9.Cp.Cd"]' });
  return call(sandbox, 'POST', '/sign-in', { authorize_url, persona, ...more });
}

async function casesOf(sandbox: TestSandbox, persona: string) {
  const cases = listed.parse((await call(sandbox, 'GET', '/cases')).body);
  return cases.filter((one) => one.persona === persona);
}

const refusedWith = (answer: Awaited<ReturnType<typeof come>>): string | null =>
  new URL(locationIn(answer)).searchParams.get('error_description');

suite('without a browser, somebody scans their face', () => {
  let sandbox: TestSandbox;
  let service: TestService;
  before(async () => {
    sandbox = await openTestSandbox({}, { hasMachines: true });
    service = await registerService(sandbox, { scopes: ['openid', 'profile'] });
  });
  after(() => sandbox.close());
  const at = () => ({ sandbox, service });

  test('and is proven at once: the service gets P9 in one visit, and nobody has anything to check', async () => {
    const answer = await come(at(), 'p5', { face_scan: 'self' });
    const { idToken } = await service.exchange(locationIn(answer));
    assert.equal(idToken['vot'], 'P9.Cp.Cd');
    assert.deepEqual(
      (await casesOf(sandbox, 'p5')).map(({ state }) => state),
      ['approved'],
    );
  });

  test('and somebody else’s face or a photo that is held up waits for a person, who decides', async () => {
    for (const [persona, face_scan] of [
      ['gp-details-expired', 'photo'],
      ['gp-details-moved-practice', 'somebody-else'],
    ] as const) {
      assert.equal(refusedWith(await come(at(), persona, { face_scan })), 'IdentityLevelNotReached');
      const [waiting] = await casesOf(sandbox, persona);
      assert.ok(waiting);
      assert.equal(waiting.state, 'queued');
      const decline = { decision: 'decline', reason: 'face-differs-passport' };
      assert.equal((await call(sandbox, 'POST', `/cases/${waiting.id}/decide`, decline)).status, 200);
      assert.equal(refusedWith(await come(at(), persona, { gp: null })), 'IdentityLevelNotReached');
    }
  });

  test('and what is before the camera is one of three things', async () => {
    const answer = await come(at(), 'p5', { face_scan: 'nobody' });
    assert.equal(answer.status, 400);
    assert.match(JSON.stringify(refusalIn(answer)), /self, photo, somebody-else/u);
  });
});

suite('a sandbox that asks a service to compare faces', () => {
  let faces: TestFaceService;
  let sandbox: TestSandbox;
  let service: TestService;
  before(async () => {
    faces = await startTestFaceService();
    sandbox = await openTestSandbox(faces.environment, { hasMachines: true });
    service = await registerService(sandbox, { scopes: ['openid', 'profile'] });
  });
  after(async () => {
    await sandbox.close();
    await faces.close();
  });
  const at = () => ({ sandbox, service });

  test('proves whom the service passes', async () => {
    const { idToken } = await service.exchange(locationIn(await come(at(), 'p5', { face_scan: 'self' })));
    assert.equal(idToken['vot'], 'P9.Cp.Cd');
    assert.deepEqual(
      faces.received().map(({ holdsPictures }) => holdsPictures),
      [false],
    );
  });

  test('lets a person decide whom the service does not pass, and everybody while it does not answer', async () => {
    faces.find({ checks: { live: { end: 'unsure', reasons: ['unsure_whether_live'] } } });
    assert.equal(
      refusedWith(await come(at(), 'gp-details-expired', { face_scan: 'self' })),
      'IdentityLevelNotReached',
    );
    assert.equal((await casesOf(sandbox, 'gp-details-expired'))[0]?.state, 'queued');
    faces.fail('down', 100);
    const answer = await come(at(), 'gp-details-moved-practice', { face_scan: 'self' });
    assert.deepEqual([answer.status, refusalIn(answer).error], [409, 'face_scan_not_possible']);
  });
});
