import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { openRegister, readPatient } from '#pds';
import { adasNumber, openRegisterClient } from '../../../test/support/register-client.ts';
import { entry, outcome, type Answering } from '../../../test/support/register-double.ts';
import { until } from '../../../test/support/until.ts';

const down = { outcome: 'unavailable', reason: 'down' };

const client = await openRegisterClient();
const { double, open } = client;
after(() => client.close());
beforeEach(() => client.begin());
afterEach(() => client.assertNothingTold());

const read = (options = {}) => readPatient(client.register, adasNumber, options);
const ids = (name: string) => new Set(double.requests.map(({ headers }) => headers[name]));

describe('the platform’s token', () => {
  test('is got anew, once, when the register does not take it', async () => {
    double.answer(outcome(401, 'ACCESS_DENIED'), { body: entry() });
    assert.equal((await read()).outcome, 'found');
    const [first, second] = double.requests.map(({ headers }) => headers.authorization);
    assert.notEqual(first, second);
    assert.equal(ids('x-request-id').size, 1);
    assert.equal(double.tokenRequests.length, 2);
  });

  test('that many requests have refused at once is got anew once', async () => {
    double.answer({ body: entry() });
    await read();
    const old = double.requests[0]?.headers.authorization;
    double.answer(({ headers }) =>
      headers.authorization === old ? outcome(401, 'ACCESS_DENIED') : { body: entry() },
    );
    const readings = await Promise.all(Array.from({ length: 6 }, () => read()));
    assert.ok(readings.every((reading) => reading.outcome === 'found'));
    assert.equal(double.tokenRequests.length, 2);
  });

  test('is renewed before it ends', async () => {
    double.answer({ body: entry() });
    double.answerTokens({ body: { access_token: 'one', expires_in: 599 } });
    await read();
    open.clock.advance(568);
    await read();
    assert.equal(double.tokenRequests.length, 1);
    open.clock.advance(2);
    await read();
    assert.equal(double.tokenRequests.length, 2);
    open.clock.reset();
    await read();
    assert.equal(double.tokenRequests.length, 3, 'a clock that is moved back keeps no token for longer');
  });

  test('has an assertion of its own each time', async () => {
    double.answer({ body: entry() });
    await read();
    await readPatient(openRegister(open.house) ?? assert.fail(), adasNumber);
    const bodies = new Set(double.tokenRequests.map(({ body }) => body));
    assert.equal(bodies.size, 2);
  });

  const refused: [string, Answering][] = [
    ['401 invalid_client', { status: 401, body: { error: 'invalid_client', error_description: 'no' } }],
    ['400 invalid_request', { status: 400, body: { error: 'invalid_request' } }],
    ['404', { status: 404, body: 'no such page' }],
  ];
  for (const [what, answer] of refused) {
    test(`that is refused (${what}) has to be mended by an operator`, async () => {
      double.answerTokens(answer);
      assert.deepEqual(await read(), down);
      assert.equal(double.requests.length, 0);
      assert.equal(double.tokenRequests.length, 1);
      assert.equal(client.errorLines().length, 1);
    });
  }

  const failing: [string, Answering][] = [
    ['503', { status: 503 }],
    ['429', { status: 429 }],
    ['a broken connection', (_request, response) => void response.destroy()],
    ['no token in the answer', { body: { token_type: 'Bearer' } }],
    ['a token with a line break', { body: { access_token: 'one\r\nX-Other: two', expires_in: '599' } }],
    ['a page', { body: '<h1>Welcome</h1>' }],
    ['a redirect', { status: 302, headers: { location: '/oauth2/token' } }],
  ];
  for (const [what, answer] of failing) {
    test(`that can’t be had (${what}) is “down”, and nothing is asked without one`, async () => {
      double.answerTokens(answer);
      assert.deepEqual(await read(), down);
      assert.equal(double.requests.length, 0);
      double.answerTokens();
      double.answer({ body: entry() });
      assert.equal((await read()).outcome, 'found');
    });
  }

  test('is waited for by each as long as they have time', async () => {
    let grant: (() => void) | undefined;
    double.answerTokens((_request, response) => {
      grant = () => response.end(JSON.stringify({ access_token: 'one', expires_in: '599' }));
      return undefined;
    });
    double.answer({ body: entry() });
    const hurried = read({ withinMs: 150 });
    const patient = read();
    assert.deepEqual(await hurried, down);
    (await until(() => grant))();
    assert.equal((await patient).outcome, 'found');
    assert.equal(double.tokenRequests.length, 1);
  });
});
