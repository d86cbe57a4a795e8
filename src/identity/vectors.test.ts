import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  authenticationFactors,
  defaultVtr,
  identityLevels,
  levelsOf,
  matchVector,
  findMissing,
  findWays,
  parseVtr,
  saysTwoFactors,
  type Achieved,
  type AuthenticationFactor,
  type IdentityLevel,
  type Vector,
} from '#identity';
import fc from 'fast-check';

const achieved = (...factors: AuthenticationFactor[]): Achieved => ({
  level: 'P0',
  factors: new Set(factors),
});

function vectorsOf(...texts: string[]): readonly Vector[] {
  const reading = parseVtr(JSON.stringify(texts));
  assert.equal(reading.outcome, 'valid');
  return reading.vectors;
}

suite('reading vtr', () => {
  test('spaces in the array and around a vector are allowed', () => {
    const reading = parseVtr(' [ "P0.Cp" , " P0.Cp.Cd " ] ');
    assert.equal(reading.outcome, 'valid');
    assert.deepEqual(
      reading.vectors.map((vector) => vector.text),
      ['P0.Cp', 'P0.Cp.Cd'],
    );
  });

  for (const [text, vector, reason] of [
    ['P0.Cp', 'P0.Cp', /not a JSON array/u],
    ['"P0.Cp"', '?P0.Cp?', /not a JSON array/u],
    ['[]', '[]', /not a JSON array/u],
    ['[1]', '[1]', /not a JSON array/u],
    ['{"0":"P0.Cp"}', '{?0?:?P0.Cp?}', /not a JSON array/u],
    ['["P0.Cp","P0.Cx"]', 'P0.Cx', /component that is not known/u],
    ['["p0.Cp"]', 'p0.Cp', /component that is not known/u],
    ['["P0..Cp"]', 'P0..Cp', /component that is not known/u],
    ['[""]', '', /component that is not known/u],
    ['["P0.P5.Cp"]', 'P0.P5.Cp', /more than one level/u],
    ['["P0.Cp.Cp"]', 'P0.Cp.Cp', /component twice/u],
    ['["P0.Cp","P0.Cp.Cm"]', 'P0.Cp.Cm', /do not go together/u],
    ['["Cd.Ck"]', 'Cd.Ck', /do not go together/u],
  ] as const) {
    test(`${text} is malformed, and the answer says which vector and why`, () => {
      const reading = parseVtr(text);
      assert.equal(reading.outcome, 'malformed');
      assert.equal(reading.vector, vector);
      assert.match(reading.reason, reason);
    });
  }

  test('what is repeated in an error is short and plain ASCII', () => {
    const reading = parseVtr(JSON.stringify([`P0.\u0000é"\\${'x'.repeat(500)}`]));
    assert.equal(reading.outcome, 'malformed');
    assert.match(reading.vector, /^P0\.\?{4}x+\.\.\.$/u);
    assert.ok(reading.vector.length <= 43);
  });

  test('more than 30 vectors, or a text beyond any reason, is malformed', () => {
    assert.equal(parseVtr(JSON.stringify(Array.from({ length: 31 }, () => 'P0.Cp'))).outcome, 'malformed');
    assert.equal(parseVtr(`["P0.Cp"]${' '.repeat(10_000)}`).outcome, 'malformed');
  });

  test('a level that nobody can have here is not supported', () => {
    for (const vector of ['P9.Cp.Cd', 'P5.Cp', 'P9']) {
      const reading = parseVtr(JSON.stringify([vector]), { levels: ['P0'] });
      assert.deepEqual([reading.outcome, 'vector' in reading && reading.vector], ['not_supported', vector]);
    }
    assert.deepEqual(levelsOf({ mode: 'production' }), ['P0']);
    assert.deepEqual(levelsOf({ mode: 'production', pdsUrl: 'https://register.example/R4' }), ['P0', 'P5']);
    assert.deepEqual(levelsOf({ mode: 'sandbox' }), ['P0', 'P5', 'P9']);
  });

  test('every level with a password, alone or with a device or an app, or with a passkey can be asked for', () => {
    const texts = identityLevels.flatMap((level) => [
      `${level}.Cp`,
      `${level}.Cp.Cd`,
      `${level}.Cp.Ck`,
      `${level}.Cm`,
    ]);
    assert.deepEqual(
      vectorsOf(...texts).map((vector) => vector.text),
      texts,
    );
  });

  test('of a mixed request, what is supported remains', () => {
    const reading = parseVtr('["P9.Cm","P9.Cp.Ck","P0.Cp"]', { levels: ['P0'] });
    assert.ok(reading.outcome === 'valid');
    assert.deepEqual(
      reading.vectors.map((vector) => vector.text),
      ['P0.Cp'],
    );
  });

  test('without vtr the default is asked for, so far as it can be met', () => {
    assert.deepEqual(defaultVtr, ['P9.Cp.Cd', 'P9.Cp.Ck', 'P9.Cm']);
    const reading = parseVtr(undefined);
    assert.ok(reading.outcome === 'valid');
    assert.deepEqual(
      reading.vectors.map((vector) => vector.text),
      defaultVtr,
    );
  });

  test('a vector that the service is not registered for is refused, even among permitted ones', () => {
    const reading = parseVtr('["P0.Cp","P0.Cp.Cd"]', { permitted: ['P0.Cp.Cd'] });
    assert.equal(reading.outcome, 'not_permitted');
    assert.equal(reading.vector, 'P0.Cp');
    assert.match(reading.reason, /registered for/u);
  });

  test('the default is never held against a service that may use only some of it', () => {
    assert.equal(parseVtr(undefined, { permitted: ['P0.Cp'] }).outcome, 'not_permitted');
    assert.equal(parseVtr(undefined, { permitted: ['P9.Cm'] }).outcome, 'valid');
    assert.equal(parseVtr(undefined, { permitted: [...defaultVtr] }).outcome, 'valid');
  });

  test('a vector that leaves out a category is satisfied only in ways that are permitted', () => {
    const reading = parseVtr('["P0"]', { permitted: ['P0.Cp.Cd'] });
    assert.equal(reading.outcome, 'valid');
    assert.equal(matchVector(reading.vectors, achieved('Cp')), undefined);
    assert.deepEqual(findMissing(reading.vectors, achieved('Cp')).factors, ['Cd']);
    assert.equal(matchVector(reading.vectors, achieved('Cp', 'Cd'))?.text, 'P0');
  });
});

suite('matching a sign-in', () => {
  test('a password satisfies P0.Cp and not P0.Cp.Cd', () => {
    assert.equal(matchVector(vectorsOf('P0.Cp'), achieved('Cp'))?.text, 'P0.Cp');
    assert.equal(matchVector(vectorsOf('P0.Cp.Cd'), achieved('Cp')), undefined);
  });

  test('the strongest of the satisfied vectors is the answer', () => {
    assert.equal(matchVector(vectorsOf('P0.Cp', 'P0.Cp.Cd'), achieved('Cp', 'Cd'))?.text, 'P0.Cp.Cd');
    assert.equal(matchVector(vectorsOf('P0.Cp', 'P0.Cp.Cd'), achieved('Cp'))?.text, 'P0.Cp');
    assert.equal(matchVector(vectorsOf('Cp', 'P0'), achieved('Cp'))?.text, 'P0');
  });

  test('somebody known better than was asked for satisfies the request, answered in its words', () => {
    assert.equal(matchVector(vectorsOf('P0.Cp'), { level: 'P9', factors: new Set(['Cp']) })?.text, 'P0.Cp');
  });

  test('of several levels, the strongest that the person has is the answer', () => {
    const vectors = vectorsOf('P0.Cp.Cd', 'P5.Cp', 'P9.Cp');
    const asKnown = (level: IdentityLevel) =>
      matchVector(vectors, { level, factors: new Set(['Cp', 'Cd']) })?.text;
    assert.deepEqual(identityLevels.map(asKnown), ['P0.Cp.Cd', 'P5.Cp', 'P9.Cp']);
  });

  test('a passkey is a whole sign-in, stronger than a password with a device, and stands for neither', () => {
    assert.equal(matchVector(vectorsOf('P0.Cp.Cd', 'P0.Cm'), achieved('Cm'))?.text, 'P0.Cm');
    assert.equal(matchVector(vectorsOf('P0.Cp.Cd', 'P0.Cm'), achieved('Cp', 'Cd', 'Cm'))?.text, 'P0.Cm');
    assert.equal(matchVector(vectorsOf('P0'), achieved('Cm'))?.text, 'P0');
    for (const vector of ['P0.Cp', 'P0.Cp.Cd', 'P0.Cd'])
      assert.equal(matchVector(vectorsOf(vector), achieved('Cm')), undefined);
  });

  test('a remembered device alone is no sign-in', () => {
    assert.equal(matchVector(vectorsOf('P0', 'P0.Cd'), achieved('Cd')), undefined);
  });
});

suite('what is still missing', () => {
  test('a vector of a password alone asks for nothing else', () => {
    assert.deepEqual(findMissing(vectorsOf('P0.Cp', 'P0.Cp.Cd'), achieved()), { factors: ['Cp'] });
  });

  test('a session with a password is asked for the code only', () => {
    assert.deepEqual(findMissing(vectorsOf('P0.Cp.Cd'), achieved('Cp')), { factors: ['Cd'] });
    assert.deepEqual(findMissing(vectorsOf('P0.Cd'), achieved()), { factors: ['Cp', 'Cd'] });
  });

  test('a vector without factors asks for the least that signs somebody in', () => {
    assert.deepEqual(findMissing(vectorsOf('P0'), achieved()), { factors: ['Cp'] });
  });

  test('what everybody has is asked for first, and a passkey is another way', () => {
    const vectors = vectorsOf('P0.Cm', 'P0.Cp.Cd');
    assert.deepEqual(findMissing(vectors, achieved()), { factors: ['Cp', 'Cd'] });
    assert.deepEqual(findWays(vectors, achieved()), [['Cp', 'Cd'], ['Cm']]);
    assert.deepEqual(findWays(vectors, achieved('Cp')), [['Cd'], ['Cm']]);
    assert.deepEqual(findWays(vectorsOf('P0.Cm', 'P9.Cm'), achieved('Cp', 'Cd')), [['Cm']]);
    assert.deepEqual(findWays(vectors, achieved('Cm')), []);
    assert.deepEqual(findMissing(vectorsOf('P0.Cp.Cd'), achieved('Cm')), { factors: ['Cp', 'Cd'] });
  });

  test('of several levels the lowest is to be reached, and none by whoever is known well enough', () => {
    const vectors = vectorsOf('P9.Cp', 'P5.Cp.Cd');
    assert.deepEqual(findMissing(vectors, achieved('Cp')), { factors: ['Cd'], level: 'P5' });
    assert.deepEqual(findMissing(vectors, achieved('Cp', 'Cd')), { factors: [], level: 'P5' });
    assert.deepEqual(findMissing(vectors, { level: 'P5', factors: new Set(['Cp', 'Cd']) }), { factors: [] });
    assert.deepEqual(findMissing(vectors, { level: 'P9', factors: new Set(['Cp']) }), { factors: [] });
    assert.deepEqual(findMissing(vectorsOf('P9.Cp'), { level: 'P5', factors: new Set(['Cp']) }), {
      factors: [],
      level: 'P9',
    });
  });

  test('two factors are said to be used by a password with a device or key, or by a key that stands for both', () => {
    for (const vot of ['P9.Cp.Cd', 'Cd.Cp', 'P9.Cp.Ck', 'P9.Cm']) assert.ok(saysTwoFactors(vot), vot);
    for (const vot of ['P9.Cp', 'P9', 'P9.Cd', 'Cp', '']) assert.ok(!saysTwoFactors(vot), vot);
  });
});

const factorSets = fc
  .uniqueArray(fc.constantFrom(...authenticationFactors))
  .map((factors) => new Set(factors));
const anyAchieved: fc.Arbitrary<Achieved> = fc.record({
  level: fc.constantFrom(...identityLevels),
  factors: factorSets,
});
const anyVector = fc
  .tuple(
    fc.option(fc.constantFrom(...identityLevels), { nil: undefined }),
    fc.shuffledSubarray([...authenticationFactors]),
  )
  .map(([level, factors]) => [...(level === undefined ? [] : [level]), ...factors])
  .filter((components) => components.length > 0)
  .map((components) => components.join('.'));
const anyRequest = fc.array(anyVector, { minLength: 1, maxLength: 6 });

suite('whatever is asked', () => {
  test('reading never throws, and blames with plain words', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          anyRequest.map((request) => JSON.stringify(request)),
        ),
        (text) => {
          const reading = parseVtr(text);
          if (reading.outcome === 'valid') assert.ok(reading.vectors.length > 0);
          else assert.match(`${reading.vector} ${reading.reason}`, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/u);
        },
      ),
    );
  });

  test('no vector is granted that names more than happened', () => {
    fc.assert(
      fc.property(anyRequest, anyAchieved, (request, happened) => {
        const reading = parseVtr(JSON.stringify(request));
        fc.pre(reading.outcome === 'valid');
        const granted = matchVector(reading.vectors, happened);
        if (granted === undefined) return;
        assert.ok(request.includes(granted.text));
        for (const component of granted.text.split('.')) {
          const level = identityLevels.findIndex((known) => known === component);
          if (level >= 0) assert.ok(level <= identityLevels.indexOf(happened.level));
          else assert.ok([...happened.factors].some((factor) => factor === component));
        }
      }),
    );
  });

  test('the order of the vectors makes no difference', () => {
    const requestAndShuffle = anyRequest.chain((request) =>
      fc.tuple(fc.constant(request), fc.shuffledSubarray(request, { minLength: request.length })),
    );
    fc.assert(
      fc.property(requestAndShuffle, anyAchieved, ([request, shuffled], happened) => {
        const one = parseVtr(JSON.stringify(request));
        const other = parseVtr(JSON.stringify(shuffled));
        assert.equal(one.outcome, other.outcome);
        fc.pre(one.outcome === 'valid' && other.outcome === 'valid');
        assert.equal(matchVector(one.vectors, happened)?.text, matchVector(other.vectors, happened)?.text);
        assert.deepEqual(findMissing(one.vectors, happened), findMissing(other.vectors, happened));
      }),
    );
  });

  test('doing what is missing satisfies the request, and nothing is missing once it is satisfied', () => {
    fc.assert(
      fc.property(anyRequest, anyAchieved, (request, before) => {
        const reading = parseVtr(JSON.stringify(request));
        fc.pre(reading.outcome === 'valid');
        const { factors, level } = findMissing(reading.vectors, before);
        const isSatisfied = matchVector(reading.vectors, before) !== undefined;
        assert.equal(factors.length === 0 && level === undefined, isSatisfied);
        const after: Achieved = {
          level: level ?? before.level,
          factors: new Set([...before.factors, ...factors]),
        };
        assert.notEqual(matchVector(reading.vectors, after), undefined);
        assert.deepEqual(findMissing(reading.vectors, after), { factors: [] });
      }),
    );
  });

  test('nobody is taken to a higher level than the lowest that would do', () => {
    fc.assert(
      fc.property(anyRequest, anyAchieved, (request, before) => {
        const reading = parseVtr(JSON.stringify(request));
        fc.pre(reading.outcome === 'valid');
        const { level } = findMissing(reading.vectors, before);
        const enough = identityLevels.find(
          (one) =>
            matchVector(reading.vectors, { level: one, factors: new Set(authenticationFactors) }) !==
            undefined,
        );
        if (level !== undefined) assert.equal(level, enough);
      }),
    );
  });
});
