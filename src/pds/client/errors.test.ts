import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { readPatient, tracePatient } from '#pds';
import { ada, adasNumber, openRegisterClient } from '../../../test/support/register-client.ts';
import { entry, found, outcome, type Answering } from '../../../test/support/register-double.ts';

const otherNumber = '9990000107';
const down = { outcome: 'unavailable', reason: 'down' };
const busy = { outcome: 'unavailable', reason: 'busy' };

const client = await openRegisterClient();
const { double, open } = client;
after(() => client.close());
beforeEach(() => client.begin());
afterEach(() => client.assertNothingTold());

const trace = (options = {}) => tracePatient(client.register, ada, options);
const read = (options = {}) => readPatient(client.register, adasNumber, options);
const ids = (name: string) => new Set(double.requests.map(({ headers }) => headers[name]));

describe('a search', () => {
  test('that finds nobody, or more than one, says so', async () => {
    double.answer({ body: found() }, outcome(200, 'TOO_MANY_MATCHES'), {
      body: found(entry(), entry({ id: otherNumber })),
    });
    assert.deepEqual(await trace(), { outcome: 'no_match' });
    assert.deepEqual(await trace(), { outcome: 'ambiguous' });
    assert.deepEqual(await trace(), { outcome: 'ambiguous' });
    assert.equal(double.requests.length, 3);
    assert.equal(client.log, '');
  });

  test('that counts more than it shows has not found one', async () => {
    double.answer({ body: { ...found(entry()), total: 2 } });
    assert.deepEqual(await trace(), { outcome: 'ambiguous' });
  });

  test('gives the entry that took the place of another, and a protected one as such', async () => {
    const meta = { versionId: '7', security: [{ code: 'R' }] };
    double.answer({ body: found(entry({ id: otherNumber, meta, address: undefined, telecom: undefined })) });
    const answer = await trace();
    assert.equal(answer.outcome, 'match');
    assert.equal(answer.outcome === 'match' && answer.patient.nhsNumber, otherNumber);
    assert.equal(answer.outcome === 'match' && answer.patient.isRestricted, true);
  });
});

describe('a reading', () => {
  test('follows a number that was superseded', async () => {
    double.answer({ body: entry({ id: otherNumber }) });
    const reading = await read();
    assert.equal(reading.outcome === 'found' && reading.patient.nhsNumber, otherNumber);
  });

  test('says that there is no entry, or none any more, and neither is a fault', async () => {
    double.answer(outcome(404, 'RESOURCE_NOT_FOUND'), outcome(404, 'INVALIDATED_RESOURCE'));
    assert.deepEqual(await read(), { outcome: 'not_found' });
    assert.deepEqual(await read(), { outcome: 'withdrawn' });
    assert.equal(client.log, '');
  });
});

/** What an operator has to mend: the caller can only hear that the register is not there. */
const refusals: [string, 'trace' | 'read', Answering][] = [
  ['400 INVALID_SEARCH_DATA', 'trace', outcome(400, 'INVALID_SEARCH_DATA')],
  ['400 MISSING_VALUE', 'trace', outcome(400, 'MISSING_VALUE')],
  ['400 INVALID_VALUE', 'trace', outcome(400, 'INVALID_VALUE')],
  ['400 ADDITIONAL_PROPERTIES', 'trace', outcome(400, 'ADDITIONAL_PROPERTIES')],
  ['400 UNSUPPORTED_SERVICE', 'trace', outcome(400, 'UNSUPPORTED_SERVICE')],
  ['401 ACCESS_DENIED', 'trace', outcome(401, 'ACCESS_DENIED')],
  ['403 ACCESS_DENIED', 'trace', outcome(403, 'ACCESS_DENIED')],
  ['403 INVALID_VALUE', 'trace', outcome(403, 'INVALID_VALUE')],
  ['400 INVALID_RESOURCE_ID', 'read', outcome(400, 'INVALID_RESOURCE_ID')],
  ['401 ACCESS_DENIED', 'read', outcome(401, 'ACCESS_DENIED')],
  ['403 ACCESS_DENIED', 'read', outcome(403, 'ACCESS_DENIED')],
  ['404 of a wrong address', 'read', { status: 404, body: '<h1>Not found</h1>' }],
  ['404 without a known word', 'read', outcome(404, 'SOMETHING_ELSE')],
  ['404 to a search', 'trace', outcome(404, 'RESOURCE_NOT_FOUND')],
  [
    '302',
    'read',
    { status: 302, headers: { location: '/personal-demographics/FHIR/R4/Patient/9990000107' } },
  ],
  ['a page', 'read', { body: '<h1>Welcome</h1>', headers: { 'content-type': 'text/html' } }],
  ['half a JSON', 'read', { body: JSON.stringify(entry()).slice(0, 200) }],
  ['nothing', 'read', { body: '' }],
  ['204', 'read', { status: 204 }],
  ['a list', 'read', { body: [entry()] }],
  ['another resource', 'read', { body: { ...entry(), resourceType: 'RelatedPerson' } }],
  ['an OperationOutcome with 200', 'read', outcome(200, 'TOO_MANY_MATCHES')],
  ['another OperationOutcome with 200', 'trace', outcome(200, 'SOMETHING_ELSE')],
  ['a number that is none', 'read', { body: entry({ id: '9990000019' }) }],
  ['no number', 'read', { body: { ...entry(), id: undefined } }],
  [
    'two numbers at once',
    'read',
    {
      body: entry({ identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: otherNumber }] }),
    },
  ],
  ['no version', 'read', { body: entry({ meta: {} }) }],
  ['protection that can’t be read', 'read', { body: entry({ meta: { versionId: '2', security: ['R'] } }) }],
  ['death that can’t be read', 'read', { body: entry({ deceasedDateTime: true }) }],
  ['a birth that can’t be read', 'read', { body: entry({ birthDate: '12/03/1985' }) }],
  ['an entry alone', 'trace', { body: entry() }],
  ['one counted, none shown', 'trace', { body: { ...found(), total: 1 } }],
  ['none counted, one shown', 'trace', { body: { ...found(entry()), total: 0 } }],
  ['nobody knows how many', 'trace', { body: { ...found(entry()), total: undefined } }],
  ['a find that can’t be read', 'trace', { body: found({ resourceType: 'Patient' }) }],
];

describe('what an operator has to mend', () => {
  for (const [what, how, answer] of refusals) {
    test(`${what} to a ${how} is “down” for the caller, a line in the log and a count`, async () => {
      const counted = async () => {
        const { values } = await open.house.metrics.outgoingFaults.get();
        return values.reduce((sum, { value }) => sum + value, 0);
      };
      const before = await counted();
      double.answer(answer);
      assert.deepEqual(await (how === 'trace' ? trace() : read()), down);
      const errors = client.errorLines();
      assert.equal(errors.length, 1);
      assert.equal(errors[0]?.['operation'], how);
      assert.equal(errors[0]['requestId'], double.requests[0]?.headers['x-request-id']);
      assert.equal(await counted(), before + 1);
      // A refused token is the one thing that another try may mend.
      assert.equal(double.requests.length, what.startsWith('401') ? 2 : 1);
    });
  }
});

describe('what passes', () => {
  const passing: [string, Answering][] = [
    ['408 UNABLE_TO_CALL_SERVICE', outcome(408, 'UNABLE_TO_CALL_SERVICE')],
    ['500', { status: 500 }],
    ['502', { status: 502, body: 'Bad gateway' }],
    ['503', outcome(503, 'SERVICE_UNAVAILABLE')],
    ['503 with Retry-After', outcome(503, 'SERVICE_UNAVAILABLE', { headers: { 'retry-after': '0' } })],
    ['504', { status: 504 }],
    ['a connection that breaks', (_request, response) => void response.destroy()],
    [
      'an answer that breaks off',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{');
        setTimeout(() => response.destroy(), 20);
        return undefined;
      },
    ],
  ];
  for (const [what, answer] of passing) {
    test(`${what} is asked again under the same ids`, async () => {
      double.answer(answer, { body: entry() });
      assert.equal((await read()).outcome, 'found');
      assert.equal(double.requests.length, 2);
      assert.equal(ids('x-request-id').size, 1);
      assert.equal(ids('x-correlation-id').size, 1);
    });

    if (!/^(?:408|503|a connection)/u.test(what) || what.includes('Retry-After')) continue;
    test(`${what} three times is “down”, and nobody has to mend it`, async () => {
      double.answer(answer);
      assert.deepEqual(await trace(), down);
      assert.equal(double.requests.length, 3);
      assert.deepEqual(client.errorLines(), []);
    });
  }

  test('a kept connection that the register closes at that moment is no failure', async () => {
    const used = new WeakSet<object>();
    double.answer((request, response) => {
      const { socket } = response;
      if (socket !== null && used.has(socket)) return void socket.destroy();
      if (socket !== null) used.add(socket);
      return { body: entry() };
    });
    for (let count = 0; count < 12; count += 1) assert.equal((await read()).outcome, 'found');
    assert.equal(client.log, '');
  });

  test('two calls have ids of their own', async () => {
    double.answer({ body: entry() });
    await read();
    await read();
    assert.equal(ids('x-request-id').size, 2);
    assert.equal(ids('x-correlation-id').size, 2);
  });

  test('503 that wants more time than there is is not waited for', async () => {
    double.answer(outcome(503, 'SERVICE_UNAVAILABLE', { headers: { 'retry-after': '30' } }));
    const began = performance.now();
    assert.deepEqual(await read(), down);
    assert.ok(performance.now() - began < 20_000);
    assert.equal(double.requests.length, 1);
  });

  test('who never answers is given up after the time of a request, and in all after that of the call', async () => {
    double.answer(() => undefined);
    const began = performance.now();
    assert.deepEqual(await read(), down);
    const seconds = (performance.now() - began) / 1000;
    assert.ok(seconds > 5.9 && seconds < 20, `${seconds} s`);
    assert.equal(double.requests.length, 3);
  });

  test('who never stops is given up, too', async () => {
    double.answer((_request, response) => {
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
      return undefined;
    });
    const began = performance.now();
    assert.deepEqual(await read({ withinMs: 600 }), down);
    assert.ok(performance.now() - began < 6000);
  });

  test('a caller with little time gets an answer in that time', async () => {
    double.answer(() => undefined);
    const began = performance.now();
    assert.deepEqual(await trace({ withinMs: 300 }), down);
    // Otherwise it would take as long as three requests may.
    assert.ok(performance.now() - began < 5500);
    assert.deepEqual(await trace({ withinMs: 0 }), down);
  });

  test('an answer without end of bytes is not read to its end', async () => {
    const heavy = { body: entry({ text: 'x'.repeat(600_000) }) };
    double.answer(heavy);
    assert.deepEqual(await read(), down);
  });

  test('429 makes everybody pause for as long as the register says, and is asked again then', async () => {
    double.answer(outcome(429, 'TOO_MANY_REQUESTS', { headers: { 'retry-after': '1' } }), { body: entry() });
    assert.equal((await read()).outcome, 'found');
    const [first, second] = double.requests;
    assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 990);
    assert.equal(ids('x-request-id').size, 1);
  });

  test('429 that lasts longer than the caller can wait is “busy”, for all', async () => {
    double.answer(outcome(429, 'TOO_MANY_REQUESTS', { headers: { 'retry-after': '30' } }));
    const began = performance.now();
    assert.deepEqual(await read({ withinMs: 9000 }), busy);
    assert.deepEqual(await trace({ withinMs: 9000 }), busy);
    assert.ok(performance.now() - began < 9000);
    assert.equal(double.requests.length, 1);
    await open.house.database.pool.query('TRUNCATE pds.turn');
  });
});

describe('a register that does not answer', () => {
  test('is left alone for a while, and found again when it is back', async () => {
    double.answer({ status: 503 });
    await read();
    await read();
    const asked = double.requests.length;
    assert.equal(asked, 5);
    assert.deepEqual(await Promise.all([read(), trace(), read()]), [down, down, down]);
    assert.equal(double.requests.length, asked);
    double.answer({ body: entry() });
    await new Promise((resolve) => {
      setTimeout(resolve, 5000);
    });
    assert.equal((await read()).outcome, 'found');
    assert.equal((await read()).outcome, 'found');
  });

  test('but a refusal is an answer', async () => {
    double.answer(outcome(404, 'RESOURCE_NOT_FOUND'));
    for (let count = 0; count < 8; count += 1) assert.deepEqual(await read(), { outcome: 'not_found' });
  });
});
