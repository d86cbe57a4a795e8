import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readDecisions } from '#identity';
import { personas } from '#sandbox';
import { z } from 'zod';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, locationIn, refusalIn, registerService, type TestService } from './support.ts';

const written = z.object({ userId: z.string(), linkageKey: z.string(), odsCode: z.string() });
const listed = z.array(z.object({ id: z.string(), gp: written.optional() }));
const faulty = z.object({
  faults: z.array(z.object({ target: z.string(), kind: z.string(), system: z.string().optional() })),
});

let sandbox: TestSandbox;
let service: TestService;
before(async () => {
  sandbox = await openTestSandbox();
  service = await registerService(sandbox, { scopes: ['openid', 'profile'], vectors: ['P9.Cp.Cd'] });
});
after(() => sandbox.close());

async function come(persona: string, more: Record<string, unknown> = {}) {
  const url = await service.ask({ scope: 'openid profile', vtr: '["P9.Cp.Cd"]' });
  return call(sandbox, 'POST', '/sign-in', { authorize_url: url, persona, ...more });
}

function refusedWith(answer: Awaited<ReturnType<typeof come>>): string | null {
  return new URL(locationIn(answer)).searchParams.get('error_description');
}

async function votOf(answer: Awaited<ReturnType<typeof come>>): Promise<unknown> {
  return (await service.exchange(locationIn(answer))).idToken['vot'];
}

suite('without a browser, at a service that needs P9', () => {
  for (const persona of [
    'gp-details-ready-z99001',
    'gp-details-ready-z99002',
    'gp-details-ready-z99003',
    'fast-track-ready',
  ]) {
    test(`${persona} goes up to P9 with what the story says`, async () => {
      assert.equal(await votOf(await come(persona)), 'P9.Cp.Cd');
    });
  }

  for (const persona of [
    'gp-details-used',
    'gp-details-expired',
    'gp-details-wrong-practice',
    'gp-details-moved-practice',
    'gp-details-withdrawn',
    'fast-track-blocked',
    'practice-limited',
    'under-age',
  ]) {
    test(`${persona} does not, and goes back to the service`, async () => {
      assert.equal(refusedWith(await come(persona)), 'IdentityLevelNotReached');
    });
  }

  test('details that have proven another persona are known as used, also after that one was put back', async () => {
    const used = personas.find(({ id }) => id === 'gp-details-used')?.account?.sub ?? '';
    const reasons = async () => (await readDecisions(sandbox.home.house.deps, used))[0]?.reasons;
    await come('gp-details-used');
    assert.deepEqual(await reasons(), ['gp_details_used']);
    assert.equal((await call(sandbox, 'POST', '/personas/p9-with-gp-details/reset')).status, 200);
    await come('gp-details-used');
    assert.deepEqual(await reasons(), ['gp_details_used']);
  });

  test('a person of one’s own goes up with the details that the call makes for them', async () => {
    const gp = { userId: '7788990011', linkageKey: 'aB3dE5gH7jK9m', odsCode: 'Z99001' };
    const { status, body } = await call(sandbox, 'POST', '/people', { level: 'P5', odsCode: 'Z99001', gp });
    assert.equal(status, 201, JSON.stringify(body));
    const { id } = z.object({ id: z.string() }).parse(body);
    const taken = await call(sandbox, 'POST', '/people', { level: 'P5', gp });
    assert.deepEqual([taken.status, refusalIn(taken).error], [409, 'gp_details_taken']);
    assert.equal(refusedWith(await come(id)), 'IdentityLevelNotReached');
    assert.equal(
      refusedWith(await come(id, { gp: { ...gp, linkageKey: 'wrong' } })),
      'IdentityLevelNotReached',
    );
    assert.equal(await votOf(await come(id, { gp })), 'P9.Cp.Cd');
  });

  test('with the GP system failing, is told so, and the details are good afterwards', async () => {
    await call(sandbox, 'POST', '/personas/gp-details-ready-z99003/reset');
    const fault = { target: 'gp', kind: 'unavailable', times: 100, odsCode: 'Z99003' };
    const { faults } = faulty.parse((await call(sandbox, 'POST', '/faults', fault)).body);
    assert.equal(faults.length, 1);
    const answer = await come('gp-details-ready-z99003');
    assert.deepEqual([answer.status, refusalIn(answer).error], [409, 'gp_system_unavailable']);
    await call(sandbox, 'DELETE', '/faults');
    assert.deepEqual(faulty.parse((await call(sandbox, 'GET', '/faults')).body).faults, []);
    assert.equal(await votOf(await come('gp-details-ready-z99003')), 'P9.Cp.Cd');
  });
});

test('the list of people says what each would type', async () => {
  const people = listed.parse((await call(sandbox, 'GET', '/personas')).body);
  for (const { id, gp } of personas) {
    if (gp?.types === undefined) continue;
    assert.deepEqual(people.find((person) => person.id === id)?.gp, gp.types);
  }
});

test('a fault that fits no system, or no practice, is refused', async () => {
  const ask = async (body: unknown) => (await call(sandbox, 'POST', '/faults', body)).status;
  assert.equal(await ask({ target: 'gp', kind: 'many' }), 400);
  assert.equal(await ask({ target: 'pds', kind: 'lost' }), 400);
  assert.equal(await ask({ target: 'gp', kind: 'fail', odsCode: 'Z00000' }), 400);
  assert.equal(await ask({ target: 'gp', kind: 'refuse' }), 400);
});

test('who has been proven is put back, and can be proven again by the same details', async () => {
  for (const path of ['/personas/gp-details-ready-z99001/reset', '/reset']) {
    await call(sandbox, 'POST', path);
    service = await registerService(sandbox, { scopes: ['openid', 'profile'], vectors: ['P9.Cp.Cd'] });
    assert.equal(await votOf(await come('gp-details-ready-z99001')), 'P9.Cp.Cd');
  }
});
