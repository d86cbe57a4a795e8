import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { call, locationIn, refusalIn, registerService, signIn, type ApiAnswer } from './support.ts';

let sandbox: TestSandbox;
before(async () => {
  sandbox = await openTestSandbox();
});
after(() => sandbox.close());

const keysShape = z.object({
  keys: z.array(z.object({ kid: z.string(), state: z.string(), private_part: z.boolean() }).loose()),
});
const keysIn = ({ status, body }: ApiAnswer) => {
  assert.equal(status, 200);
  return keysShape.parse(body).keys;
};
const move = (advance: string) => call(sandbox, 'POST', '/clock', { advance });
const rotate = (body?: unknown) => call(sandbox, 'POST', '/keys/rotate', body);

async function publishedKids(): Promise<string[]> {
  const { keys } = (await (await fetch(`${sandbox.origin}/.well-known/jwks.json`)).json()) as {
    keys: { kid: string }[];
  };
  return keys.map(({ kid }) => kid);
}

const untilPublished = (kids: readonly string[]) =>
  until(async () => ((await publishedKids()).join(' ') === kids.join(' ') ? true : undefined));

test('an integrator rehearses a rotation with the clock, and a client that keeps the JWKS goes along', async () => {
  const service = await registerService(sandbox);
  const exchange = async () =>
    service.exchange(locationIn(await signIn(sandbox, { url: await service.ask(), persona: 'p0' })));
  const [first = '', second = ''] = await publishedKids();
  await exchange();

  const early = await rotate();
  assert.equal(early.status, 409);
  assert.equal(refusalIn(early).error, 'too_soon');

  await move('P1D');
  const rotated = keysIn(await rotate());
  assert.deepEqual(
    rotated.map(({ kid, state }) => [kid === first || kid === second, state]),
    [
      [true, 'retiring'],
      [true, 'active'],
      [false, 'next'],
    ],
  );
  const third = rotated[2]?.kid ?? '';
  await untilPublished([second, third, first]);
  await exchange();

  await move('PT25H');
  await untilPublished([second, third]);
  const last = keysIn(await call(sandbox, 'GET', '/keys'));
  assert.deepEqual(
    last.map(({ state, private_part: isKept }) => [state, isKept]),
    [
      ['retired', false],
      ['active', true],
      ['next', true],
    ],
  );
  await exchange();
});

test('a rotation may be had without waiting, as in an emergency', async () => {
  const before = await publishedKids();
  const states = keysIn(await rotate({ now: true })).map(({ state }) => state);
  assert.deepEqual(states.slice(-3), ['retiring', 'active', 'next']);
  await until(async () => ((await publishedKids())[0] === before[1] ? true : undefined));
  for (const body of [{ now: 'yes' }, { later: true }, [], 'now']) {
    assert.equal((await rotate(body)).status, 400, JSON.stringify(body));
  }
});

test('the scheduled rotation comes with the clock too', async () => {
  const [, second] = await publishedKids();
  await move('P91D');
  await until(async () => ((await publishedKids())[0] === second ? true : undefined));
});
